import t from 'tap';
import { ADOPTED_FOR, ROLE } from '../../../src/rollout/keys.ts';
import type { KubeObject } from '../../../src/rollout/kube.ts';
import { istio } from '../../../src/traffic/istio/provider.ts';
import type { VirtualService } from '../../../src/traffic/istio/reach/objects.ts';
import { trafficWishOf } from '../../build.ts';
import { after, both, changed, httpOf, left, own, to, users, weighed, weightsOf } from './routes.ts';

const wish = trafficWishOf();
const read = (...objects: KubeObject[]) => istio.read(objects, wish);

const readings: Record<string, [KubeObject[], weight: number | undefined]> = {
  'before it is adopted': [[users([{ route: [to('podinfo')] }])], 0],
  'by the full name of the host': [[users([{ route: both(20, 'podinfo.prod.svc.cluster.local') }])], 20],
  'several rules of one weight': [[users([{ route: both(20) }, { route: both(20) }])], 20],
  'rules that do not agree': [[users([{ route: both(20) }, { route: both(30) }])], undefined],
  'weights that do not sum to 100': [[users([{ route: [to('podinfo', 50), to('podinfo-canary', 20)] }])], undefined],
  'one that also goes elsewhere': [[users([{ route: [to('redis')] }, { route: both(20) }])], 20],
  'a rule that others have a part of': [
    [users([{ route: [to('podinfo', 40), to('podinfo-canary', 10), to('redis', 50)] }])],
    20,
  ],
  'a tester’s rule to the canary alone does not count': [
    [users([{ match: [{ uri: { prefix: '/t' } }], route: [to('podinfo-canary')] }, { route: both(20) }])],
    20,
  ],
  'all that lead to the host must agree': [
    [users([{ route: both(20) }]), users([{ route: both(30) }], { hosts: ['a.example.com'] }, 'edge')],
    undefined,
  ],
};
for (const [claim, [objects, weight]] of Object.entries(readings)) {
  const { route } = read(...objects);
  t.ok(route, `${claim}: it is a route of the app`);
  t.equal(route?.weight, weight, claim);
}

const nobodys: Record<string, KubeObject[]> = {
  'a host of that name in another namespace': [users([{ route: [to('podinfo.test.svc.cluster.local')] }])],
  'a dotted name that is not the full one': [users([{ route: [to('podinfo.prod')] }])],
  'a redirect': [users([{ redirect: { uri: '/' } }])],
  'a route to another Service': [users([{ route: [to('redis')] }])],
};
for (const [claim, objects] of Object.entries(nobodys)) t.equal(read(...objects).route, undefined, claim);

const rich = users(
  [
    { name: 'redirect', redirect: { uri: '/' } },
    {
      name: 'main',
      match: [{ uri: { prefix: '/' } }],
      retries: { attempts: 3 },
      route: [
        {
          destination: { host: 'podinfo.prod.svc.cluster.local', port: { number: 9898 }, subset: 'stable' },
          headers: { request: { set: { a: 'b' } } },
        },
      ],
    },
    { route: [to('redis')] },
  ],
  { exportTo: ['.'] },
);
rich.metadata.labels = { team: 'a' };
rich.metadata.annotations = { note: 'x' };

void t.test('a user’s route is marked, and only the weights to the app are written', async (t) => {
  const [adopted] = weighed([rich], wish, 30) as VirtualService[];
  t.same(adopted?.metadata.labels, { team: 'a', [ROLE]: 'adopted-route' });
  t.same(JSON.parse(adopted?.metadata.annotations?.[ADOPTED_FOR] ?? ''), {
    'prod/podinfo': {
      stable: 'podinfo.prod.svc.cluster.local',
      canary: 'podinfo-canary.prod.svc.cluster.local',
    },
  });
  t.equal(adopted?.metadata.annotations?.['note'], 'x');
  t.same(weightsOf(adopted?.spec.http ?? []), [[], [70, 30], [undefined]]);
  const [, main] = adopted?.spec.http ?? [];
  t.match(main, { name: 'main', match: [{ uri: { prefix: '/' } }], retries: { attempts: 3 } });
  const headers = { request: { set: { a: 'b' } } };
  const port = { number: 9898 };
  t.same(
    main?.route,
    [
      { destination: { host: 'podinfo.prod.svc.cluster.local', port, subset: 'stable' }, headers, weight: 70 },
      { destination: { host: 'podinfo-canary.prod.svc.cluster.local', port }, headers, weight: 30 },
    ],
    'the canary is written as the stable is, without its subset',
  );
  t.same(adopted?.spec.exportTo, ['.'], 'what Headgate does not know is kept');
  const again = istio.render([adopted as KubeObject], wish, 40);
  t.equal(again.length === 1 && again[0]?.do === 'patch' && again[0].operations.length, 1, 'it is marked once');
  const [released] = left([adopted as KubeObject], wish) as VirtualService[];
  t.same([released?.spec, released?.metadata], [rich.spec, rich.metadata], 'released, it is what its user wrote');
  t.same(istio.release([released as KubeObject], wish), [], 'and then it is let alone');
});

const stable = 'podinfo.prod.svc.cluster.local';
const noted = { stable, canary: 'podinfo-canary.prod.svc.cluster.local' };
const many = Object.fromEntries(Array.from({ length: 501 }, (_, index) => [`prod/app-${index}`, noted]));

/** Marks that Headgate has never written, as anybody may. */
const strange: Record<string, unknown> = {
  'no object': 5,
  'a list': [noted],
  'of no Deployment': { podinfo: noted, 'prod/../podinfo': noted },
  'a number for a host': { 'prod/podinfo': { stable: 5 } },
  'a host that is not a full one': { 'prod/podinfo': { stable: 'podinfo', canary: 'podinfo-canary' } },
  'rules that are no names': { 'prod/podinfo': { ...noted, rules: [5] } },
  'weights that are none': { 'prod/podinfo': { ...noted, weights: { 0: 'all' } } },
  'weights that Istio does not take': { 'prod/podinfo': { ...noted, weights: { 0: 1.5 } } },
  'weights below nothing': { 'prod/podinfo': { ...noted, weights: { 0: -1 } } },
  'of more Deployments than Headgate notes': { 'prod/podinfo': noted, ...many },
};
for (const [claim, mark] of Object.entries(strange)) {
  void t.test(`a mark that is none: ${claim}`, async (t) => {
    const route = users([{ route: [to('redis')] }], {}, 'foreign');
    Object.assign(route.metadata, {
      namespace: 'evil',
      labels: { [ROLE]: 'adopted-route' },
      annotations: { [ADOPTED_FOR]: JSON.stringify(mark) },
    });
    t.same(read(route).prerequisites, [], 'nothing is to be done about it');
    t.same(istio.release([route], wish), []);
    const home = users([{ route: [to('podinfo')] }]);
    Object.assign(home.metadata, { labels: route.metadata.labels, annotations: route.metadata.annotations });
    t.equal(
      read(weighed([home], wish, 30)[0] as KubeObject).route?.weight,
      30,
      'a route of the app is weighed all the same',
    );
  });
}

void t.test('a route that has as many Deployments as are noted is weighed without another mark', async (t) => {
  const { 'prod/app-500': _one, ...full } = many;
  const route = users([{ route: [to('podinfo')] }]);
  const annotations = { [ADOPTED_FOR]: JSON.stringify(full) };
  Object.assign(route.metadata, { labels: { [ROLE]: 'adopted-route' }, annotations });
  const objects = weighed([route], wish, 30);
  t.same(objects[0]?.metadata.annotations, annotations);
  t.match(read(...objects).route, { weight: 30, stale: false });
});

void t.test('a weight that a user wrote for a sole destination is there again when it is over', async (t) => {
  const written = users([{ route: [to('podinfo')] }, { route: [to('podinfo', 100)] }]);
  const objects = weighed(weighed([written], wish, 30), wish, 60);
  t.same(weightsOf(httpOf(objects, 'web')), [
    [40, 60],
    [40, 60],
  ]);
  t.same(weightsOf(httpOf(left(objects, wish), 'web')), [[undefined], [100]]);
});

void t.test('every route that leads to the app is weighed, and Headgate’s own goes', async (t) => {
  const edge = users(
    [{ route: [to('podinfo')] }],
    { hosts: ['a.example.com'], gateways: ['istio-system/edge'] },
    'edge',
  );
  const objects = weighed([users([{ route: [to('podinfo')] }]), edge, own(wish, 0)], wish, 20);
  t.same(objects.map(({ metadata }) => metadata.name).toSorted(), ['edge', 'web']);
  t.same([weightsOf(httpOf(objects, 'web')), weightsOf(httpOf(objects, 'edge'))], [[[80, 20]], [[80, 20]]]);
  t.equal(istio.read([users([{ route: [to('podinfo')] }]), own(wish, 0)], wish).route?.stale, true);
});

void t.test('what another has a part of keeps it, exactly', async (t) => {
  const shared = users([{ route: [to('podinfo', 30), to('redis', 70)] }]);
  const objects = weighed([shared], wish, 5);
  const [[stable = 0, canary = 0, redis = 0] = []] = weightsOf(httpOf(objects, 'web'));
  const sum = stable + canary + redis;
  t.same([canary / (stable + canary), redis / sum], [0.05, 0.7]);
  t.equal(istio.read(objects, wish).route?.weight, 5);
  t.same(weightsOf(httpOf(left(objects, wish), 'web')), [[30, 70]], 'and what it had, when it is over');
  t.same(
    weightsOf(httpOf(weighed(objects, wish, 100), 'web')).map((row) => row[0]),
    [0],
  );
});

void t.test('a route that serves several apps is marked for each, and for the last one last', async (t) => {
  const other = { ...trafficWishOf(), hosts: { stable: 'api', canary: 'api-canary' } };
  other.deployment = { ...other.deployment, metadata: { ...other.deployment.metadata, name: 'api' } };
  const shared = users([{ match: [{ uri: { prefix: '/api' } }], route: [to('api')] }, { route: [to('podinfo')] }]);
  const two = weighed(weighed([shared], wish, 10), other, 30);
  t.same(weightsOf(httpOf(two, 'web')), [
    [70, 30],
    [90, 10],
  ]);
  const one = left(two, wish) as VirtualService[];
  t.same(weightsOf(httpOf(one, 'web')), [[70, 30], [undefined]]);
  t.equal(one[0]?.metadata.labels?.[ROLE], 'adopted-route', 'the other still has it');
  const none = left(one, other) as VirtualService[];
  t.same([none[0]?.spec, none[0]?.metadata.labels], [shared.spec, {}]);
});

void t.test('routes narrow down what is weighed', async (t) => {
  const web = users([
    { name: 'main', route: [to('podinfo')] },
    { name: 'tests', route: both(50) },
  ]);
  const edge = users([{ route: [to('podinfo')] }], {}, 'edge');
  const named = trafficWishOf({ routes: [{ name: 'web', rule: 'main' }] });
  const objects = weighed([web, edge], named, 20);
  t.same(
    weightsOf(httpOf(objects, 'web')),
    [
      [80, 20],
      [50, 50],
    ],
    'one rule of one object',
  );
  t.same(weightsOf(httpOf(objects, 'edge')), [[undefined]], 'and no other object');
  t.equal(istio.read(objects, named).route?.weight, 20);
});

void t.test('a route that is not meant any more is its user’s again, at any time', async (t) => {
  const web = users([
    { name: 'main', route: [to('podinfo')] },
    { name: 'tests', route: [to('podinfo')] },
  ]);
  const edge = users([{ route: [to('podinfo')] }], {}, 'edge');
  const both20 = weighed([web, edge], wish, 20);
  t.same(istio.read(both20, wish).prerequisites, []);
  const named = trafficWishOf({ routes: [{ name: 'web', rule: 'main' }] });
  const { prerequisites, route } = istio.read(both20, named);
  const [left20] = prerequisites.map((change) => changed<VirtualService>(change));
  t.same(
    [prerequisites.length, left20?.spec, left20?.metadata.labels],
    [1, edge.spec, {}],
    'the settings leave it out',
  );
  t.match(route, { weight: 20, stale: true }, 'the mark of the other tells which rules are meant');
  const settled = weighed(after(both20, prerequisites), named, 20);
  t.match(istio.read(settled, named), { route: { weight: 20, stale: false }, prerequisites: [] });

  const elsewhere = weighed([web], wish, 20).map((object) => ({
    ...object,
    spec: { hosts: ['podinfo'], http: [{ route: [to('redis')] }] },
  }));
  const gone = istio.read(elsewhere, wish);
  t.equal(gone.route, undefined);
  const [theirs] = gone.prerequisites.map((change) => changed<VirtualService>(change));
  t.same([theirs?.spec, theirs?.metadata.labels], [elsewhere[0]?.spec, {}], 'its user leads it elsewhere');
});

void t.test('a route that its user applied over Headgate’s own is theirs', async (t) => {
  const taken = own(wish, 20);
  taken.metadata.annotations = { 'kubectl.kubernetes.io/last-applied-configuration': '{}' };
  taken.spec = { hosts: ['podinfo'], http: [{ timeout: '3s', route: [to('podinfo')] }] };
  const [adopted] = weighed([taken], wish, 20) as VirtualService[];
  t.match(adopted?.spec.http, [{ timeout: '3s', route: both(20) }]);
  t.equal(adopted?.metadata.labels?.[ROLE], 'adopted-route');
});
