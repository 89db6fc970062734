import t from 'tap';
import { LAST_APPLIED, ROLE } from '../../../src/rollout/keys.ts';
import type { Service } from '../../../src/rollout/kube.ts';
import { isTakenOver } from '../../../src/rollout/workload/generated.ts';
import { canaryService, isAsWanted, stableService } from '../../../src/rollout/workload/services.ts';
import { type Change, deployment, service, spec } from '../../build.ts';

const ports = [
  { name: 'http', port: 80, targetPort: 9898, protocol: 'TCP', nodePort: 30_080 },
  { name: 'grpc-api', port: 9999, targetPort: 'grpc', protocol: 'TCP', appProtocol: 'kubernetes.io/h2c' },
];
const users = (...changes: Change<Service>[]): Service =>
  service(
    'web',
    ({ metadata, spec: said }) => {
      Object.assign(metadata, {
        labels: { team: 'a', 'istio.io/use-waypoint': 'way' },
        annotations: {
          'networking.istio.io/exportTo': '.',
          'external-dns.alpha.kubernetes.io/hostname': 'a.example.com',
        },
      });
      Object.assign(said, {
        ...{
          type: 'LoadBalancer',
          selector: { app: 'podinfo' },
          ports,
          clusterIP: '10.0.0.7',
          clusterIPs: ['10.0.0.7'],
        },
        ...{ externalIPs: ['1.2.3.4'], loadBalancerIP: '1.2.3.5', externalTrafficPolicy: 'Local' },
        ...{ sessionAffinity: 'ClientIP', internalTrafficPolicy: 'Local', trafficDistribution: 'PreferClose' },
      });
    },
    ...changes,
  );
const wanted = canaryService(deployment(), users(), 'app');

t.match(
  wanted.metadata,
  {
    name: 'web-canary',
    namespace: 'prod',
    labels: { [ROLE]: 'service', 'istio.io/use-waypoint': 'way', team: undefined },
    ownerReferences: [{ uid: 'uid-podinfo' }],
  },
  'it has the stable one’s name with the suffix, and what meshes read of its labels',
);
t.same(wanted.metadata.annotations, { 'networking.istio.io/exportTo': '.' }, 'and of its annotations');
t.same(
  wanted.spec,
  {
    type: 'ClusterIP',
    ...{ sessionAffinity: 'ClientIP', internalTrafficPolicy: 'Local', trafficDistribution: 'PreferClose' },
    selector: { app: 'podinfo-canary' },
    ports: ports.map(({ nodePort: _nodePort, ...port }) => port),
  },
  'every port with all that is said of it but its number on nodes, and what divides traffic; no addresses',
);

t.ok(isAsWanted({ ...wanted, spec: { ...wanted.spec, clusterIP: '10.0.0.9' } }, wanted), 'an address is no difference');
const differences: Record<string, Change<Service>> = {
  'another port': ({ spec: said }) => said.ports?.pop(),
  'another target': ({ spec: said }) => Object.assign(said.ports?.[0] ?? {}, { targetPort: 9000 }),
  'another appProtocol': ({ spec: said }) => Object.assign(said.ports?.[1] ?? {}, { appProtocol: 'http' }),
  'another affinity': ({ spec: said }) => Object.assign(said, { sessionAffinity: 'None' }),
  'another reach': ({ metadata }) => Object.assign(metadata, { annotations: { 'networking.istio.io/exportTo': '*' } }),
};
for (const [claim, change] of Object.entries(differences)) {
  t.notOk(isAsWanted(wanted, canaryService(deployment(), users(change), 'app')), claim);
}
t.notOk(isAsWanted({ ...wanted, spec: { ...wanted.spec, selector: { app: 'x' } } }, wanted), 'another selector');

const made = stableService(deployment(), spec().service);
const note = made.metadata.annotations?.[LAST_APPLIED] ?? '';
const { annotations: _annotations, ...metadata } = made.metadata;
t.same(JSON.parse(note), { ...made, metadata }, 'what a user applies over it leaves nothing of it');
t.notOk(isTakenOver(made));
t.ok(isTakenOver({ metadata: { ...metadata, annotations: { [LAST_APPLIED]: '{"kind":"Service"}' } } }), 'it is theirs');
t.notOk(isTakenOver({ metadata }));

t.match(
  stableService(deployment(), { ...spec().service, port: 80, targetPort: 9898 }),
  {
    metadata: { name: 'podinfo', labels: { [ROLE]: 'service' } },
    spec: { selector: { app: 'podinfo' }, ports: [{ name: 'http', port: 80, targetPort: 9898 }] },
  },
  'the one that is made where there is none',
);
