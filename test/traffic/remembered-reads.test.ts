import t from 'tap';
import type { Service } from '../../src/rollout/kube.ts';
import type { TrafficReading, TrafficWish } from '../../src/rollout/machine/traffic.ts';
import type { TrafficObjects } from '../../src/traffic/provider.ts';
import { rememberedReads } from '../../src/traffic/remembered-reads.ts';
import { configMapProvider } from './configmap/provider.ts';

const service = (name: string): Service => ({ metadata: { name }, spec: { ports: [{ port: 80 }] } });
const deployment = {
  metadata: { namespace: 'prod', name: 'podinfo', uid: 'u1', resourceVersion: '1' },
  spec: { selector: {}, template: { spec: { containers: [] } } },
};
const wish: TrafficWish = {
  deployment,
  service: { portName: 'http', hosts: [], gateways: [] },
  hosts: { stable: 'podinfo', canary: 'podinfo-canary' },
  services: { stable: service('podinfo'), canary: service('podinfo-canary') },
  clusterDomain: 'cluster.local',
};
const route = { kind: 'ConfigMap', metadata: { namespace: 'prod', name: 'podinfo' } };

/** Each reading is another object, so that one that is remembered can be told. */
function counted() {
  const provider = rememberedReads({
    ...configMapProvider,
    read: (): TrafficReading => ({ prerequisites: [] }),
  });
  const [first, second] = [[route], [route]];
  const known = provider.read(first, wish);
  return (objects: TrafficObjects, changed: Partial<TrafficWish>) =>
    provider.read(objects, { ...wish, ...changed }) === known && provider.read(second, wish) === known;
}

t.test('what says the same is read once', async (t) => {
  const isKnown = counted();
  t.ok(isKnown([route], {}));
  const { metadata, spec } = deployment;
  const later = {
    metadata: { ...metadata, resourceVersion: '2' },
    spec: { ...spec, replicas: 3 },
    status: { replicas: 1 },
  };
  t.ok(isKnown([route], { deployment: later }), 'a Deployment whose pods changed');
  t.ok(isKnown([route], { hosts: { ...wish.hosts }, closed: new Map() }), 'the same in other words');
  t.ok(isKnown([route], { services: { stable: service('podinfo'), canary: service('podinfo-canary') } }));
});

const OTHERS: Readonly<Record<string, [TrafficObjects, Partial<TrafficWish>]>> = {
  'another state of an object': [[{ ...route }], {}],
  'an object more': [[route, route], {}],
  'an object less': [[], {}],
  'other settings': [[route], { service: { ...wish.service } }],
  'other hosts': [[route], { hosts: { stable: 'a', canary: 'a-canary' } }],
  'another Service': [[route], { services: { stable: service('other'), canary: service('podinfo-canary') } }],
  'another domain': [[route], { clusterDomain: 'example.org' }],
  'a namespace that is closed': [[route], { closed: new Map([['edge', 'no rights']]) }],
  'a Deployment made anew': [
    [route],
    { deployment: { ...deployment, metadata: { ...deployment.metadata, uid: 'u2' } } },
  ],
};

for (const [what, [objects, changed]] of Object.entries(OTHERS)) {
  t.test(`${what} is read anew`, async (t) => {
    t.notOk(counted()(objects, changed));
  });
}

t.test('without Services it is read anew', async (t) => {
  const { services: _services, ...before } = wish;
  const provider = rememberedReads({ ...configMapProvider, read: (): TrafficReading => ({ prerequisites: [] }) });
  const known = provider.read([route], wish);
  t.not(provider.read([route], before), known);
});
