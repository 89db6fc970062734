import t from 'tap';
import { ROLE } from '../../../src/rollout/keys.ts';
import type { ServiceSpec } from '../../../src/rollout/spec/spec-types.ts';
import { istio } from '../../../src/traffic/istio/provider.ts';
import type { VirtualService } from '../../../src/traffic/istio/reach/objects.ts';
import { trafficWishOf } from '../../build.ts';
import { both, httpOf, left, own, to, users, weighed, weightsOf, withPorts } from './routes.ts';

const at = (port: number) => ({ port: { number: port } });
const wish = trafficWishOf();
const read = (...objects: VirtualService[]) => istio.read(objects, wish).route;

for (const weight of [0, 1, 50, 99, 100]) {
  const objects = weighed([own(wish, 30)], wish, weight) as VirtualService[];
  t.match(read(...objects), { weight, stale: false }, `one of Headgate’s own at ${weight} is read as ${weight}`);
}
t.match(
  read({ ...own(wish, 30), spec: { ...own(wish, 30).spec, hosts: ['podinfo', 'evil.example.com'] } }),
  { weight: 30, stale: true },
  'another host makes it stale',
);
t.match(read({ ...own(wish, 30), spec: { hosts: ['podinfo'] } }), { weight: 0, stale: true }, 'so do missing rules');
t.match(
  own(wish, 0).metadata,
  { name: 'podinfo', labels: { [ROLE]: 'route' }, ownerReferences: [{ uid: 'uid-podinfo' }] },
  'it is labelled and owned',
);

const exposed = trafficWishOf({ hosts: ['app.example.com', 'podinfo'], gateways: ['istio-system/public', 'mesh'] });
t.same(
  own(exposed, 10).spec,
  {
    hosts: ['podinfo', 'app.example.com'],
    gateways: ['istio-system/public', 'mesh'],
    http: [{ route: both(10, 'podinfo', at(9898)) }],
  },
  'every host and gateway once, and the mesh; destinations name the port',
);
const http = {
  timeout: '15s',
  retries: { attempts: 3 },
  match: [{ uri: { prefix: '/api' } }],
  corsPolicy: { allowOrigins: [{ exact: 'https://app.example.com' }] },
};
const wordy = trafficWishOf({ http });
t.same(own(wordy, 10).spec.http, [{ ...http, route: both(10, 'podinfo', at(9898)) }], 'it says all that settings say');
t.match(
  istio.read([own(wish, 10)], wordy).route,
  { weight: 10, stale: true },
  'settings that it has not make it stale',
);
t.match(istio.read([own(wordy, 10)], wish).route, { weight: 10, stale: true }, 'and those that it should not have');
t.same(
  httpOf([...left([own(wordy, 30)], wish)]),
  [{ ...http, route: [to('podinfo', undefined, at(9898))] }],
  'released, the words stay, as its user’s',
);
t.notOk(left([own(wish, 40)], wish)[0]?.metadata.labels?.[ROLE], 'without Headgate’s label');
const [lowered] = istio.reweigh([own(wordy, 30)], wish, 0);
t.match(
  lowered?.do === 'patch' && lowered.operations,
  [{ path: '/spec/http/0/route', value: both(0, 'podinfo', at(9898)) }],
  'weights alone are written in the words that the route has',
);

const several = withPorts(['http', 80, 9898], ['grpc', 9999, 'grpc'], ['tcp-db', 5432], ['metrics', 9090]);
const onPorts = (more: Partial<ServiceSpec>) => own(trafficWishOf(more, several), 20).spec;
t.same(
  onPorts({}).http?.map(({ match, route }) => [match, route?.map(({ destination }) => destination.port?.number)]),
  [
    [[{ gateways: ['mesh'], port: 80 }], [80, 80]],
    [[{ gateways: ['mesh'], port: 9999 }], [9999, 9999]],
    [[{ gateways: ['mesh'], port: 9090 }], [9090, 9090]],
  ],
  'in the mesh, a rule for each port of HTTP or that does not say; others are left to Istio',
);
const gateways = ['istio-system/public'];
const prefix = { uri: { prefix: '/a' } };
const portsOf = (more: Partial<ServiceSpec>) =>
  onPorts({ port: 80, hosts: ['a.com'], ...more }).http?.map(({ match, route }) => [
    match,
    route?.[1]?.destination.port?.number,
  ]);
t.same(
  portsOf({ gateways, http: { match: [prefix, { gateways, headers: {} }] } }),
  [
    [
      [
        { ...prefix, gateways },
        { headers: {}, gateways },
      ],
      80,
    ],
  ],
  'at a gateway, the port that the settings say; conditions are about the gateways, and the mesh is left to Istio',
);
t.same(
  portsOf({ gateways: [...gateways, 'mesh'], http: { match: [prefix, { gateways, headers: {} }] } }),
  [
    [
      [
        { ...prefix, gateways },
        { headers: {}, gateways },
      ],
      80,
    ],
    ...[80, 9999, 9090].map((port) => [[{ ...prefix, gateways: ['mesh'], port }], port]),
  ],
  'with the mesh beside them, about it as well, as far as they do not name gateways',
);
const labelled = { sourceLabels: { app: 'web' } };
t.same(
  portsOf({ gateways, http: { match: [labelled] } }),
  [80, 9999, 9090].map((port) => [[{ ...labelled, gateways: ['mesh'], port }], port]),
  'one about the pods that ask is about the mesh alone',
);
const single = (more: Partial<ServiceSpec>) => {
  const { gateways: bound, http: [rule] = [] } = own(trafficWishOf({ hosts: ['a.com'], ...more }), 20).spec;
  return [bound, rule?.match];
};
t.same(single({ gateways, http: { match: [prefix] } }), [gateways, [{ ...prefix, gateways }]], 'so with one port');
t.same(
  single({ gateways: ['mesh', ...gateways], http: { match: [prefix] } }),
  [[...gateways, 'mesh'], [prefix]],
  'and with the mesh',
);
t.same(single({ http: { match: [prefix] } }), [['mesh'], [prefix]], 'without a gateway there is the mesh alone');
t.same(
  single({ hosts: [], gateways, http: { match: [prefix] } }),
  [[...gateways, 'mesh'], [prefix]],
  'and without a host nobody comes by a gateway',
);
t.equal(
  onPorts({ gateways, port: 9898 }).http?.[0]?.route?.[0]?.destination.port?.number,
  80,
  'the number of a container port means the Service’s port before it',
);
t.same(
  weightsOf(onPorts({ gateways, port: 80 }).http ?? []),
  Array.from({ length: 4 }, () => [80, 20]),
);

const obstacle = (more: Partial<ServiceSpec>, found = several, ...objects: VirtualService[]) => {
  const gateway = {
    kind: 'Gateway',
    metadata: { name: 'public', namespace: 'istio-system' },
    spec: { servers: [{ port: { number: 8080, protocol: 'HTTP' }, hosts: ['*'] }] },
  };
  return istio.read([gateway, ...objects], trafficWishOf(more, found)).obstacle;
};
t.equal(obstacle({}), undefined, 'nothing stands against several ports in the mesh');
t.equal(obstacle({ gateways, hosts: ['a.example.com'], port: 80 }), undefined, 'nor at a gateway, with a port');
t.match(
  obstacle({ gateways, hosts: ['a.example.com'], port: undefined as never }),
  { reason: 'PortAmbiguous', message: /80 and 9999 and 9090.*headgate\.dev\/port/ },
  'without one nobody guesses',
);
t.match(obstacle({}, withPorts(['mysql', 3306])), { reason: 'NoHTTPPort' }, 'there must be a port to divide');
t.match(
  obstacle({ gateways: ['istio-system/gone'], hosts: ['a.example.com'] }, withPorts(['http', 80])),
  { reason: 'GatewayNotFound', message: /istio-system\/gone/ },
  'and a Gateway',
);
t.match(
  obstacle({}, withPorts(['http', 80]), users([{ route: [to('redis')] }], { hosts: ['x.example.com'] }, 'podinfo')),
  { reason: 'RouteNameTaken', message: /VirtualService podinfo/ },
  'its name must be free',
);
t.match(
  obstacle({}, withPorts(['http', 80]), users([{ route: [to('redis')] }], {}, 'older')),
  { reason: 'HostConflict', message: /older/ },
  'and its host',
);
t.match(
  obstacle(
    {},
    withPorts(['http', 80], ['http-b', 81]),
    users([{ route: [to('podinfo')] }], { gateways: ['mesh', 'istio-system/public'] }),
  ),
  { reason: 'PortAmbiguous' },
  'a user’s route without a port, at a gateway, before several ports',
);
t.match(
  obstacle({}, withPorts(['http', 80]), users([{ route: [to('podinfo', undefined, at(8080))] }])),
  { reason: 'PortNotExposed' },
  'a user’s route to a port that is not there',
);
t.match(
  obstacle({}, withPorts(['http', 80]), users([{ route: [to('podinfo', 50), to('podinfo', 50)] }])),
  { reason: 'UnsupportedRule' },
  'one that names the stable Service twice',
);
