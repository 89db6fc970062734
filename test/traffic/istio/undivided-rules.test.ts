import t from 'tap';
import type { RouteChoice } from '../../../src/rollout/spec/route-choice.ts';
import { istio } from '../../../src/traffic/istio/provider.ts';
import type { VirtualService } from '../../../src/traffic/istio/reach/objects.ts';
import { trafficWishOf } from '../../build.ts';
import { httpOf, own, to, users, weighed, weightsOf, withPorts } from './routes.ts';

const http = [{ route: [to('podinfo')] }];
const tls = [
  { match: [{ port: 443, sniHosts: ['podinfo'] }], route: [to('podinfo', undefined, { port: { number: 443 } })] },
];
const service = withPorts(['http', 80], ['https', 443], ['tcp-db', 5432]);
const read = (object: VirtualService, routes?: RouteChoice[]) =>
  istio.read([object], trafficWishOf(routes && { routes }, service));

const cases: Record<string, [object: VirtualService, words: RegExp | undefined]> = {
  'HTTP alone': [users(http), undefined],
  'a TLS rule to the Service': [
    users(http, { tls }),
    /lead to podinfo\.prod\.svc\.cluster\.local and get no weights: tls\[0\] of VirtualService prod\/web\./,
  ],
  'TCP rules, by the full name too': [
    users(http, { tcp: [{ route: [to('podinfo')] }, { route: [to('podinfo.prod.svc.cluster.local')] }] }),
    /no weights: tcp\[0\], tcp\[1\] of VirtualService prod\/web\./,
  ],
  'a TCP rule to another Service': [users(http, { tcp: [{ route: [to('db')] }] }), undefined],
  'no HTTP rule at all': [users([], { hosts: ['x.example.com'], tls }), /no weights: tls\[0\]/],
};
for (const [what, [object, words]] of Object.entries(cases)) {
  const { undivided } = read(object);
  if (words === undefined) t.equal(undivided, undefined, what);
  else t.match(undivided, words, what);
}
t.equal(
  read(users(http, { tls }), [{ name: 'web', rule: 'main' }]).undivided,
  undefined,
  'nor where one HTTP route is meant',
);
t.equal(read(own(trafficWishOf(), 20)).undivided, undefined, 'nor in Headgate’s own');

void t.test('HTTP rules beside them go on, and they stay as they are', async (t) => {
  const broken = [{ route: [to('podinfo', undefined, { port: { number: 9 } })] }];
  const object = users(http, { tls, tcp: broken });
  t.equal(read(object).obstacle, undefined, 'whatever is wrong with them');
  const objects = weighed([object], trafficWishOf({}, service), 20);
  t.same(weightsOf(httpOf(objects, 'web')), [[80, 20]]);
  const [{ spec }] = objects as [VirtualService];
  t.same([spec.tls, spec.tcp], [tls, broken]);
});

const onlyTcp = withPorts(['tcp-db', 5432]);
t.match(
  istio.read([users(http)], trafficWishOf({}, onlyTcp)).obstacle,
  { reason: 'NoHTTPPort' },
  'an HTTP rule to a Service of TCP alone is none that could have a weight',
);
