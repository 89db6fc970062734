import t from 'tap';
import { ADOPTED_FOR, ROLE } from '../../../src/rollout/keys.ts';
import type { KubeObject } from '../../../src/rollout/kube.ts';
import type { RouteChoice } from '../../../src/rollout/spec/route-choice.ts';
import { istio } from '../../../src/traffic/istio/provider.ts';
import type { HttpEntry, VirtualService } from '../../../src/traffic/istio/reach/objects.ts';
import { rule, trafficWishOf } from '../../build.ts';
import { both, changed, httpOf, left, own, to, users, weighed, weightsOf } from './routes.ts';

const FULL = 'podinfo.prod.svc.cluster.local';
const CANARY = 'podinfo-canary.prod.svc.cluster.local';
const EDGE: RouteChoice = { namespace: 'infra', name: 'edge' };
const wish = trafficWishOf({ routes: [EDGE] });

const elsewhere = (http: HttpEntry[], more: Partial<VirtualService['spec']> = {}, name = 'edge'): VirtualService => {
  const made = users(http, { hosts: [FULL], ...more }, name);
  return { ...made, metadata: { ...made.metadata, namespace: 'infra' } };
};
const edge = elsewhere([{ name: 'main', route: [to(FULL)] }, { route: [to('podinfo')] }]);
const read = (objects: KubeObject[], routes: RouteChoice[] = [EDGE]) => istio.read(objects, trafficWishOf({ routes }));

void t.test('one of another namespace is adopted by its name, and written so that it leads back', async (t) => {
  const objects = weighed([edge], wish, 20);
  t.same(httpOf(objects, 'edge')[0]?.route, [to(FULL, 80), to(CANARY, 20)]);
  t.same(httpOf(objects, 'edge')[1], { route: [to('podinfo')] }, 'its own namespace’s podinfo is another Service');
  t.match(istio.read(objects, wish), { route: { weight: 20, adopted: true, stale: false }, prerequisites: [] });
  const [adopted] = objects as VirtualService[];
  t.equal(adopted?.metadata.labels?.[ROLE], 'adopted-route');
  t.match(JSON.parse(adopted?.metadata.annotations?.[ADOPTED_FOR] ?? ''), {
    'prod/podinfo': { stable: FULL, canary: CANARY },
  });
  t.same(left(objects, wish)[0]?.['spec'], edge.spec, 'and is its user’s again');
  t.same(istio.release(objects, trafficWishOf()).length, 1, 'also where no setting names it any more');
});

void t.test('what is written over it in mid-release keeps the weights', async (t) => {
  const [old] = weighed([edge], wish, 20) as [VirtualService];
  const { operations } = istio.keep(old, { ...old, metadata: edge.metadata, spec: edge.spec });
  t.same(changed({ do: 'patch', kind: { kind: 'x' } as never, object: edge, operations }), {
    ...old,
    metadata: old.metadata,
  });
});

void t.test('no other one is, whatever it says of itself', async (t) => {
  const marked = weighed([edge], wish, 50) as [VirtualService];
  const mine = users([{ route: both(20) }]);
  const unnamed = istio.read([mine, ...marked], trafficWishOf());
  t.equal(unnamed.route?.weight, 20, 'its weight counts for nothing');
  t.same(
    unnamed.prerequisites.map(({ object }) => object.metadata.name),
    ['edge'],
    'and it is left to its user',
  );
  const named = trafficWishOf({ routes: [{ name: 'edge' }] });
  t.equal(istio.read(marked, named).route, undefined, 'a name alone is one of the Deployment’s namespace');
  const alike = { ...own(wish, 0), metadata: { ...own(wish, 0).metadata, namespace: 'infra' } };
  t.same(istio.release([alike], wish), [], 'nor is what was made for a Deployment of the same name there');
});

void t.test('one rule of it, beside one of the own namespace', async (t) => {
  const routes = [{ ...EDGE, rule: 'main' }, { name: 'web' }];
  const both2 = elsewhere([
    { name: 'main', route: [to(FULL)] },
    { name: 'rest', route: [to(FULL)] },
  ]);
  const objects = weighed(
    [both2, users([{ route: [to('podinfo')] }], { hosts: ['a.example.com'] })],
    trafficWishOf({ routes }),
    20,
  );
  t.same(weightsOf(httpOf(objects, 'edge')), [[80, 20], [undefined]]);
  t.same(weightsOf(httpOf(objects, 'web')), [[80, 20]]);
});

const closed = new Map([['infra', 'its scheduler has no right there to patch virtualservices; give it that']]);
const short = elsewhere([{ route: [to('podinfo')] }]);
const dotted = elsewhere([{ route: [to('podinfo.prod')] }]);
const obstacles: Record<string, [objects: KubeObject[], routes: RouteChoice[], reason: string, words: RegExp]> = {
  'that is not there': [[], [EDGE], 'RouteNotFound', /infra\/edge\/\*.*no VirtualService edge in infra/],
  'that is not there, of the own namespace': [[], [{ name: 'web' }], 'RouteNotFound', /no VirtualService web in prod/],
  'whose namespace was written like a name': [
    [edge],
    [{ name: 'infra', rule: 'edge' }],
    ...(['RouteNotFound', /no VirtualService infra in prod.*is written infra\/edge\/\*/] as const),
  ],
  'that leads elsewhere': [
    [elsewhere([{ route: [to('api')] }])],
    [EDGE],
    'RouteNotFound',
    /no HTTP route to podinfo\.prod/,
  ],
  'that has no rule of the name': [[edge], [{ ...EDGE, rule: 'gone' }], 'RouteNotFound', /no HTTP route gone/],
  'with a short name': [
    [short],
    [EDGE],
    'HostNotQualified',
    /podinfo\.infra\.svc\.cluster\.local; write podinfo\.prod\.svc/,
  ],
  'with half a name': [[dotted], [EDGE], 'HostNotQualified', /is no Service; write podinfo\.prod\.svc/],
  'that leaves it to another': [
    [elsewhere([{ delegate: { name: 'inner' } }])],
    [EDGE],
    ...(['DelegateRoot', /infra\/inner; name that one/] as const),
  ],
  'whose host an older one has': [
    [
      edge,
      {
        ...users([{ route: [to('podinfo')] }]),
        metadata: { ...edge.metadata, namespace: 'prod', name: 'old', creationTimestamp: '2029-01-01T00:00:00Z' },
      },
    ],
    [EDGE],
    ...(['HostConflict', /prod\/old/] as const),
  ],
  'in a namespace whose DestinationRule the canary has not': [
    [edge, { ...rule(FULL), metadata: { ...rule('edge').metadata, namespace: 'infra' } }],
    [EDGE],
    ...(['TrafficPolicyMissing', /to clients in infra; write one/] as const),
  ],
};
for (const [which, [objects, routes, reason, words]] of Object.entries(obstacles)) {
  t.match(read(objects, routes).obstacle, { reason, message: words }, `a route ${which}`);
}
t.match(
  istio.read([edge], { ...wish, closed }).obstacle,
  { reason: 'RouteForbidden', message: /infra\/edge\/\*.*no right there to patch/ },
  'one in a namespace where nothing may be changed',
);
t.same(read([edge]).obstacle, undefined, 'none where all is well');

void t.test('a delegate, through the one that names it', async (t) => {
  const inner = elsewhere([{ route: [to(FULL)] }], {}, 'inner');
  delete inner.spec.hosts;
  const root = users([{ delegate: { name: 'inner', namespace: 'infra' } }], { hosts: ['podinfo'] });
  const routes = [{ namespace: 'infra', name: 'inner' }];
  t.same(read([inner, root], routes).obstacle, undefined);
  t.match(read([inner], routes).obstacle, { reason: 'UnsupportedRule' }, 'nobody does');
  const atGateway = { ...root, spec: { ...root.spec, gateways: ['infra/public'] } };
  t.same(
    istio.references?.([inner, atGateway], trafficWishOf({ routes })).map(({ key }) => key),
    ['infra/public'],
    'its gateways are those of that one',
  );
});

void t.test('DestinationRules there are neither copied nor taken for Headgate’s own', async (t) => {
  const there = { ...rule('podinfo-canary').metadata, namespace: 'infra' };
  const objects = [
    { ...rule(FULL), metadata: there },
    { ...rule('x'), metadata: { ...there, labels: { [ROLE]: 'destination-rule' } } },
  ];
  t.same(istio.read([edge, ...objects], wish).prerequisites, []);
  t.same(istio.cleanUp(objects, wish), []);
});

void t.test('a person is told where it is', async (t) => {
  const objects = weighed([edge, elsewhere([], {}, 'podinfo')], wish, 20);
  const titles = istio.describe(objects, wish.deployment).map(({ title }) => title);
  t.same(titles, ['VirtualService infra/edge']);
});
