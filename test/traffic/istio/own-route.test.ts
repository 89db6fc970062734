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
t.same(
  onPorts({ gateways, port: 80, http: { match: [{ uri: { prefix: '/a' } }, { gateways, headers: {} }] } }).http?.map(
    ({ match, route }) => [match, route?.[1]?.destination.port?.number],
  ),
  [
    [
      [
        { uri: { prefix: '/a' }, gateways },
        { headers: {}, gateways },
      ],
      80,
    ],
    [[{ uri: { prefix: '/a' }, gateways: ['mesh'], port: 80 }], 80],
    [[{ uri: { prefix: '/a' }, gateways: ['mesh'], port: 9999 }], 9999],
    [[{ uri: { prefix: '/a' }, gateways: ['mesh'], port: 9090 }], 9090],
  ],
  'at a gateway, the port that the settings say; their conditions hold everywhere that they are about',
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
