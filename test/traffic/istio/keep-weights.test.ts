import t from 'tap';
import { ADOPTED_FOR, ROLE } from '../../../src/rollout/keys.ts';
import type { KubeObject } from '../../../src/rollout/kube.ts';
import { keepWeights } from '../../../src/traffic/istio/keep-weights.ts';
import type { HttpEntry, VirtualService } from '../../../src/traffic/istio/reach/objects.ts';
import { trafficWishOf } from '../../build.ts';
import { adopted, wishFor, withRules, written } from './kept.ts';
import { both, to, users } from './routes.ts';

const FULL = 'podinfo.prod.svc.cluster.local';
const match = (prefix: string) => [{ uri: { prefix } }];
const plain = users([{ route: [to('podinfo')] }]);
const named = users([
  { name: 'main', match: match('/'), route: [to('podinfo')] },
  { name: 'other', route: [to('redis')] },
]);
const shared = users([{ route: [to('redis', 70), to('podinfo', 30)] }]);

/** What its user had before, what they write at weight 20, and the rules that are stored then. */
const rows: Record<string, [before: VirtualService, sent: HttpEntry[], stored: HttpEntry[]]> = {
  'an edited match': [
    named,
    [{ name: 'main', match: match('/api'), route: [to('podinfo')] }],
    [{ name: 'main', match: match('/api'), route: both(20) }],
  ],
  'words beside the destination': [
    plain,
    [{ timeout: '3s', retries: { attempts: 2 }, route: [to('podinfo')] }],
    [{ timeout: '3s', retries: { attempts: 2 }, route: both(20) }],
  ],
  'an added rule gets the weight too': [
    plain,
    [{ match: match('/new'), route: [to('podinfo')] }, { route: [to('podinfo')] }],
    [{ match: match('/new'), route: both(20) }, { route: both(20) }],
  ],
  'an added rule to others': [
    plain,
    [{ match: match('/r'), route: [to('redis')] }, { route: [to('podinfo')] }],
    [{ match: match('/r'), route: [to('redis')] }, { route: both(20) }],
  ],
  'a removed rule': [
    named,
    [{ name: 'main', match: match('/'), route: [to('podinfo')] }],
    [{ name: 'main', match: match('/'), route: both(20) }],
  ],
  'rules in another order': [
    users([{ match: match('/a'), route: [to('podinfo')] }, { route: [to('redis')] }]),
    [{ route: [to('redis')] }, { match: match('/a'), route: [to('podinfo')] }],
    [{ route: [to('redis')] }, { match: match('/a'), route: both(20) }],
  ],
  'weights written by hand': [plain, [{ route: both(60) }], [{ route: both(20) }]],
  'all of it to the canary by hand': [plain, [{ route: both(100) }], [{ route: both(20) }]],
  'the canary alone': [plain, [{ route: [to('podinfo-canary')] }], [{ route: both(20) }]],
  'the canary alone, with a weight': [plain, [{ route: [to('podinfo-canary', 100)] }], [{ route: both(20) }]],
  'the canary left out': [plain, [{ route: [to('podinfo', 100)] }], [{ route: both(20) }]],
  'the two in another order, at the same weight': [
    plain,
    [{ route: both(20).toReversed() }],
    [{ route: both(20).toReversed() }],
  ],
  'a tester’s rule with a match of its own': [
    plain,
    [{ match: match('/t'), route: [to('podinfo-canary')] }, { route: [to('podinfo')] }],
    [{ match: match('/t'), route: [to('podinfo-canary')] }, { route: both(20) }],
  ],
  'the full name of the host, with a port': [
    plain,
    [{ route: [to(FULL, undefined, { port: { number: 80 } })] }],
    [{ route: both(20, FULL, { port: { number: 80 } }) }],
  ],
  'a host of that name in another namespace': [
    plain,
    [{ route: [to('podinfo.test.svc.cluster.local')] }],
    [{ route: [to('podinfo.test.svc.cluster.local')] }],
  ],
  'a subset for the stable pods': [
    plain,
    [{ route: [to('podinfo', undefined, { subset: 'v1' })] }],
    [{ route: [to('podinfo', 80, { subset: 'v1' }), to('podinfo-canary', 20)] }],
  ],
  'another’s part is made greater': [
    shared,
    [{ route: [to('redis', 90), to('podinfo', 10)] }],
    [{ route: [to('redis', 90), to('podinfo', 8), to('podinfo-canary', 2)] }],
  ],
  'another comes into a rule': [
    plain,
    [{ route: [to('podinfo', 50), to('redis', 50)] }],
    [{ route: [to('podinfo', 40), to('podinfo-canary', 10), to('redis', 50)] }],
  ],
  'another’s part is moved to the canary by hand': [
    shared,
    [{ route: [to('redis', 20), to('podinfo', 24), to('podinfo-canary', 56)] }],
    [{ route: [to('redis', 20), to('podinfo', 64), to('podinfo-canary', 16)] }],
  ],
  'a rule that leads elsewhere': [plain, [{ route: [to('redis')] }], [{ route: [to('redis')] }]],
  'no rule at all': [plain, [], []],
  'a rule that names the Service twice is judged elsewhere': [
    plain,
    [{ route: [to('podinfo', 50), to('podinfo', 50)] }],
    [{ route: [to('podinfo', 50), to('podinfo', 50)] }],
  ],
  'parts that are too great to be divided': [
    shared,
    [{ route: [to('redis', 2 ** 31 - 1), to('podinfo', 2 ** 31 - 2)] }],
    [{ route: [to('redis', 2 ** 31 - 1), to('podinfo', 2 ** 31 - 2)] }],
  ],
};
for (const [claim, [before, sent, stored]] of Object.entries(rows)) {
  const old = adopted(before, 20);
  const result = written(old, withRules(old, sent)).stored;
  t.same(result.spec.http, stored, claim);
  t.same(written(old, result).stored, result, `${claim}: once`);
}

const repository = users(
  [
    { name: 'redirect', redirect: { uri: '/' } },
    { match: match('/api'), route: [to(FULL, undefined, { port: { number: 9898 }, subset: 'v1' })], timeout: '3s' },
    { match: match('/part'), route: [to('redis', 70), to('podinfo', 30)] },
    { match: match('/thirds'), route: [to('podinfo', 1), to('redis', 2)] },
    { route: [to('podinfo', 100)] },
  ],
  { gateways: ['mesh', 'istio-system/edge'] },
);
repository.metadata.labels = { team: 'a' };
repository.metadata.annotations = { note: 'x' };

void t.test('what stands in the repository becomes what is stored, at any weight and after any', async (t) => {
  let stored = repository;
  for (const weight of [0, 1, 5, 20, 50, 33, 99, 100, 7]) {
    stored = adopted(stored, weight);
    const again = {
      ...repository,
      metadata: { ...stored.metadata, labels: { team: 'a' }, annotations: { note: 'x' } },
    };
    t.same(written(stored, again).stored, stored, `PUT at ${weight}`);
    const applied = { ...stored, spec: repository.spec };
    t.same(written(stored, applied), { stored, overruled: [] }, `apply at ${weight}`);
    t.same(keepWeights(stored, stored), { operations: [], overruled: [] }, 'itself at once');
  }
});

void t.test('label and annotation stay, whatever becomes of them', async (t) => {
  const old = adopted(repository, 20);
  const { labels, annotations } = old.metadata;
  const without: Record<string, VirtualService['metadata']> = {
    'the label dropped': { ...old.metadata, labels: { team: 'a' } },
    'the annotation dropped': { ...old.metadata, annotations: { note: 'x' } },
    'another role': { ...old.metadata, labels: { ...labels, [ROLE]: 'route' } },
    'another annotation': { ...old.metadata, annotations: { ...annotations, [ADOPTED_FOR]: '{}' } },
  };
  for (const [claim, metadata] of Object.entries(without))
    t.same(written(old, { ...old, metadata }).stored, old, claim);
  const { labels: _labels, annotations: _annotations, ...bare } = old.metadata;
  const { metadata } = written(old, { ...old, metadata: bare }).stored;
  const marks = [{ [ROLE]: 'adopted-route' }, { [ADOPTED_FOR]: annotations?.[ADOPTED_FOR] }];
  t.same([metadata.labels, metadata.annotations], marks, 'both maps dropped');
  const team = { ...old.metadata, labels: { ...labels, team: 'b' }, annotations: { ...annotations, note: 'y' } };
  t.same(written(old, { ...old, metadata: team }).stored.metadata, team, 'its user’s own pass');
});

void t.test('several Deployments, each with a weight of its own', async (t) => {
  const api = wishFor('api');
  const two = users([{ match: match('/api'), route: [to('api')] }, { route: [to('podinfo', 30), to('api', 70)] }]);
  const [one, other] = [adopted(adopted(two, 10), 50, api), adopted(adopted(two, 50, api), 10)];
  t.same(one.spec, other.spec, 'whoever was weighed first');
  t.same(one.spec.http?.[1]?.route, [to('podinfo', 27), to('podinfo-canary', 3), to('api', 35), to('api-canary', 35)]);
  t.same(written(one, { ...one, spec: two.spec }).stored, one);
  const [first, second] = two.spec.http ?? [];
  const swapped = written(one, withRules(one, [second ?? {}, { ...first, match: match('/') }])).stored;
  t.same(
    swapped.spec.http?.map(({ route }) => route?.map(({ weight }) => weight)),
    [
      [27, 3, 35, 35],
      [50, 50],
    ],
  );
  const moved = written(one, withRules(one, [{ route: both(90) }, { route: [to('api')] }]));
  t.same(moved.overruled, ['prod/podinfo'], 'who is told of it');
  t.same(moved.stored.spec.http, [{ route: both(10) }, { route: [to('api', 50), to('api-canary', 50)] }]);
});

void t.test('where some rules are chosen, the others are their user’s', async (t) => {
  const web = users([
    { name: 'main', route: [to('podinfo')] },
    { name: 'tests', route: both(50) },
  ]);
  const old = adopted(web, 20, trafficWishOf({ routes: [{ name: 'web', rule: 'main' }, { name: 'edge' }] }));
  const sent = withRules(old, [
    { name: 'main', route: both(90) },
    { name: 'tests', route: both(70) },
    { route: [to('podinfo')] },
  ]);
  const { stored, overruled } = written(old, sent);
  t.same(stored.spec.http, [
    { name: 'main', route: both(20) },
    { name: 'tests', route: both(70) },
    { route: [to('podinfo')] },
  ]);
  t.same(overruled, ['prod/podinfo']);
  t.same(written(old, { ...old, spec: web.spec }).stored, old);
});

void t.test('another domain of the cluster', async (t) => {
  const wish = { ...trafficWishOf(), clusterDomain: 'corp.example' };
  const web = users([{ route: [to('podinfo')] }, { route: [to('podinfo.prod.svc.corp.example')] }]);
  const old = adopted(web, 20, wish);
  t.same(written(old, { ...old, spec: web.spec }).stored, old);
  t.same(old.spec.http?.[1]?.route, both(20, 'podinfo.prod.svc.corp.example'));
});

const marked = (value: string): VirtualService => {
  const old = structuredClone(adopted(plain, 20));
  old.metadata.annotations = { [ADOPTED_FOR]: value };
  return old;
};
const unmarked = { ...adopted(plain, 20), metadata: plain.metadata };
const split = { ...withRules(adopted(named, 20), [{ route: both(20) }, { route: both(30) }]) };

void t.test('in doubt it passes', async (t) => {
  const doubtful: Record<string, VirtualService> = {
    'no mark': unmarked,
    'an annotation that is no JSON': marked('{'),
    'one of another shape': marked('{"prod/podinfo":{"stable":3}}'),
    'a null in it': marked('{"prod/podinfo":null}'),
    'a list': marked('["prod/podinfo"]'),
    'a host that is no Service': marked('{"prod/podinfo":{"stable":"podinfo","canary":"podinfo-canary"}}'),
    'nobody in it': marked('{}'),
  };
  for (const [claim, before] of Object.entries(doubtful)) {
    t.same(keepWeights(before, { ...plain, metadata: {} as never }), { operations: [], overruled: [] }, claim);
  }
  const after = withRules(split, [{ route: both(90) }]);
  t.same(written(split, after).stored, after, 'rules that do not agree on a weight');
});

void t.test('an object of any shape', async (t) => {
  const old = adopted(plain, 20);
  const shapes: unknown[] = [undefined, null, 3, 'x', [], {}, [[]], { route: 1 }];
  const objects = shapes.flatMap((shape): unknown[] => [
    { ...old, spec: shape },
    { ...old, spec: { http: shape } },
    { ...old, spec: { http: [shape] } },
    { ...old, spec: { http: [{ name: shape, route: [to('podinfo')] }] } },
    { ...old, spec: { http: [{ match: shape, route: [to('podinfo')] }] } },
    { ...old, spec: { http: [{ route: shape }] } },
    { ...old, spec: { http: [{ route: [shape] }] } },
    { ...old, spec: { http: [{ route: [{ destination: shape }] }] } },
    { ...old, spec: { http: [{ route: [{ destination: { host: shape } }] }] } },
    { ...old, spec: { http: [{ route: [{ destination: { host: 'podinfo' }, weight: shape }] }] } },
    { ...old, metadata: { ...old.metadata, labels: shape } },
    { ...old, metadata: { ...old.metadata, annotations: shape } },
  ]);
  for (const object of objects as KubeObject[]) {
    t.doesNotThrow(() => written<KubeObject>(old, object), JSON.stringify(object));
    t.doesNotThrow(() => keepWeights(object, old), `before: ${JSON.stringify(object)}`);
  }
});
