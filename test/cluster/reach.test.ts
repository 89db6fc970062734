import t from 'tap';
import { openRig, waitFor } from '../rig/rig.ts';
import { computed, found, rowOf, textsOf } from './support/reach-rows.ts';
import { routeObject, serviceObject, to } from './support/user-objects.ts';

const rig = openRig();
const namespace = await rig.createNamespace('reach');
t.teardown(async () => {
  await rig.api.delete(`/api/v1/namespaces/${namespace}`);
  await rig.close();
});

const gateways = [rig.mesh.gatewayName];
const outside = (name: string) => [`${name}.${namespace}.example.com`];
const share = (destination: object, weight: number) => ({ ...destination, weight });
const subset = (host: string, port: number, name: string) => ({
  destination: { host, port: { number: port }, subset: name },
});
const when = (port: number) => ({ match: [{ port }] });

const hidden = serviceObject('hidden', ['http 80 http']);
Object.assign(hidden.metadata, { annotations: { 'networking.istio.io/exportTo': '.' } });

const SERVICES = [
  serviceObject('plain', ['http 80 9898']),
  serviceObject('pair', ['http 80 http', 'http-admin 9100 http']),
  serviceObject('mixed', ['http 80 http', 'grpc 9999 grpc', 'tcp-db 5432 5432']),
  serviceObject('unsaid', ['web 8000 http']),
  serviceObject('other', ['http 8081 http']),
  serviceObject('twice', ['http-a 8081 http', 'http-b 8082 http']),
  serviceObject('store', ['tcp 5432 5432']),
  hidden,
];

const AT_GATEWAY: Record<string, object[]> = {
  'named-port': [to('pair', 9100)],
  'port-of-pods': [to('plain', 9898)],
  'port-that-is-not-there': [share(to('pair', 80), 90), share(to('pair', 7), 10)],
  'only-port': [to('other')],
  'one-of-two-ports': [to('twice')],
  'port-of-the-server': [to('pair')],
  'no-service': [to('ghost', 80)],
  'short-of-full': [to(`plain.${namespace}`, 80)],
  full: [to(`plain.${namespace}.svc.cluster.local`, 80)],
  subsets: [share(subset('plain', 80, 'v1'), 90), share(subset('plain', 80, 'v2'), 10)],
  'no-rule-of-subsets': [subset('other', 8081, 'v1')],
  'not-exported': [to('hidden', 80)],
};

const ROUTES = [
  ...Object.entries(AT_GATEWAY).map(([name, route]) =>
    routeObject(name, { hosts: outside(name), gateways, http: [{ route }] }),
  ),
  routeObject('plain', { hosts: ['plain'], http: [{ route: [to('plain')] }] }),
  routeObject('pair', { hosts: ['pair'], http: [{ route: [share(to('pair'), 90), share(to('other'), 10)] }] }),
  routeObject('mixed', {
    hosts: ['mixed'],
    http: [
      { ...when(9999), route: [to('mixed', 9999)] },
      { ...when(80), route: [to('mixed', 80)] },
    ],
  }),
  routeObject('unsaid', { hosts: ['unsaid'], http: [{ route: [to('unsaid', 8000)] }] }),
  routeObject('twice', { hosts: ['twice'], http: [{ route: [to('twice', 8081)] }] }),
  routeObject('unregistered', { hosts: outside('inside'), http: [{ route: [to('hidden', 80)] }] }),
  routeObject('both', {
    hosts: ['other', ...outside('both')],
    gateways: ['mesh', ...gateways],
    http: [
      { match: [{ gateways }], route: [to('pair', 80)] },
      { route: [to('other')], mirror: { host: 'plain' } },
    ],
  }),
  routeObject('root', { hosts: outside('root'), gateways, http: [{ delegate: { name: 'delegate' } }] }),
  routeObject('delegate', { http: [{ match: [{ uri: { prefix: '/in' } }], route: [to('mixed', 9999)] }] }),
  routeObject('store', { hosts: ['store'], tcp: [{ route: [to('store')] }] }),
];

const RULE = {
  apiVersion: 'networking.istio.io/v1',
  kind: 'DestinationRule',
  metadata: { name: 'plain' },
  spec: { host: 'plain', subsets: [{ name: 'v1', labels: { version: 'v1' } }] },
};

t.test('every cluster that a rule leads to is there, or refused', async (t) => {
  const list = { apiVersion: 'v1', kind: 'List', items: [...SERVICES, RULE, ...ROUTES] };
  await rig.kubectl(['apply', '-n', namespace, '-f', '-'], { input: list });
  const reaches = (await computed(rig, namespace)).filter(({ cluster }) => cluster !== undefined);
  const rows = reaches.filter(({ rule }) => rule.kind === 'http').map(rowOf);
  const wanted = textsOf(rows);
  t.ok(wanted.length >= 25, `${wanted.length} rows`);
  const names = ROUTES.map(({ metadata }) => metadata.name);
  const inEnvoy = await waitFor('Envoy to have the same', async () => {
    const ofListeners = (await found(rig, namespace, names)).filter(({ at }) => rows.some((row) => row.at === at));
    const texts = textsOf(ofListeners);
    const missed = wanted.filter((text) => !texts.includes(text));
    const unwanted = texts.filter((text) => !wanted.includes(text));
    if (missed.length + unwanted.length === 0) return texts;
    throw new Error([...missed, 'instead of', ...unwanted].join('\n'));
  });
  t.same(inEnvoy, wanted, 'on these listeners both Envoys name these clusters, and no others');

  const { sidecar } = await rig.envoyClusterNames();
  const ofTcp = reaches.flatMap(({ rule, cluster }) => (rule.kind === 'tcp' && cluster ? [cluster.name] : []));
  t.match(ofTcp, [/^outbound\|5432\|\|store\./]);
  t.ok(sidecar.includes(ofTcp[0] ?? ''), 'so it is for TCP');
});
