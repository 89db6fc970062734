import fc from 'fast-check';
import t from 'tap';
import { ADOPTED_FOR, ROLE } from '../../../src/rollout/keys.ts';
import { keepWeights } from '../../../src/traffic/istio/keep-weights.ts';
import type { HttpEntry, VirtualService, WeightedEntry } from '../../../src/traffic/istio/reach/objects.ts';
import { adopted, wishFor, withRules, written } from './kept.ts';
import { to, users } from './routes.ts';

const APPS = ['podinfo', 'api'] as const;
const DOMAIN = '.prod.svc.cluster.local';
const weight = fc.oneof(fc.integer({ min: 0, max: 100 }), fc.constantFrom(0, 1, 50, 99, 100));
const host = fc.constantFrom(...APPS, ...APPS.map((app) => `${app}-canary`), 'redis', 'web');
const entry = fc
  .tuple(
    host,
    fc.boolean(),
    fc.option(weight, { nil: undefined, freq: 4 }),
    fc.constantFrom({}, { port: { number: 80 } }),
  )
  .map(([name, isFull, part, more]) => to(isFull ? `${name}${DOMAIN}` : name, part, more));
const words = fc.record(
  {
    name: fc.constantFrom('main', 'tests'),
    match: fc.constantFrom('/a', '/b').map((prefix) => [{ uri: { prefix } }]),
    timeout: fc.constantFrom('1s', '2s'),
  },
  { requiredKeys: [] },
);
const rule: fc.Arbitrary<HttpEntry> = fc
  .tuple(words, fc.option(fc.array(entry, { maxLength: 5 }), { nil: undefined, freq: 9 }))
  .map(([rest, route]) => ({ ...rest, ...(route && { route }) }));
const rules = fc.array(rule, { maxLength: 5 });

const plainHost = ({ destination }: WeightedEntry): string => destination.host.replace(DOMAIN, '');
const named = (route: readonly WeightedEntry[], name: string) => route.filter((each) => plainHost(each) === name);
const part = (entries: readonly WeightedEntry[]): number => entries.reduce((sum, each) => sum + (each.weight ?? 0), 0);

/** The destinations that are an app's or its canary's. */
const both = (route: readonly WeightedEntry[], app: string) => [...named(route, app), ...named(route, `${app}-canary`)];

/** A user's object that both apps are adopted in, at their weights: each has a rule of its own. */
const stored = fc.tuple(rules, weight, weight).map(([http, ...weights]) => {
  const own = APPS.map((app): HttpEntry => ({ name: app, route: [to(app)] }));
  const before = users([...own, ...http.filter(({ route = [] }) => !route.some(isManaged))]);
  const object = APPS.reduce((all, app, index) => adopted(all, weights[index] ?? 0, wishFor(app)), before);
  return { object, before, weights: Object.fromEntries(APPS.map((app, index) => [app, weights[index] ?? 0])) };
});
const isManaged = (each: WeightedEntry): boolean => APPS.some((app) => plainHost(each).startsWith(app));

/** Whether a rule leads to the app so that its traffic can be divided. */
function leadsOnce({ route = [] }: HttpEntry, app: string): boolean {
  const [own, canaries] = [named(route, app), named(route, `${app}-canary`)];
  const others = route.filter((each) => !own.includes(each) && !canaries.includes(each));
  return (
    own.length === 1 &&
    canaries.length <= 1 &&
    (others.length === 0 || route.every((each) => each.weight !== undefined))
  );
}

void t.test('whatever its owner writes, each canary keeps its share of each rule, and all others theirs', async (t) => {
  fc.assert(
    fc.property(stored, rules, ({ object, weights }, http) => {
      const result = written(object, withRules(object, http)).stored.spec.http ?? [];
      t.equal(result.length, http.length);
      for (const [index, sent] of http.entries()) {
        const kept = result[index] ?? {};
        const { route = [], ...rest } = kept;
        const { route: before = [], ...asSent } = sent;
        if (JSON.stringify(rest) !== JSON.stringify(asSent)) throw new Error('something else was changed');
        for (const app of APPS.filter((name) => leadsOnce(sent, name))) {
          const [own, canary] = [part(named(route, app)), part(named(route, `${app}-canary`))];
          const wrong = canary * 100 - (weights[app] ?? 0) * (own + canary);
          if (wrong !== 0) throw new Error(`${app}: ${JSON.stringify(route)}`);
          isSame(t, own + canary, part(route), part(both(before, app)), part(before));
        }
      }
    }),
    { numRuns: 3_000 },
  );
});

/** Two shares, as fractions. */
function isSame(t: { fail: (words: string) => unknown }, ...[a, of, b, total]: [number, number, number, number]): void {
  if (a * total !== b * of) t.fail(`${a}/${of} is not ${b}/${total}`);
}

void t.test('a write that was kept is kept as it is, and so is one that changes nothing', async () => {
  fc.assert(
    fc.property(stored, rules, ({ object }, http) => {
      const once = written(object, withRules(object, http)).stored;
      const again = [keepWeights(object, once), keepWeights(object, object)];
      if (again.some(({ operations }) => operations.length > 0)) throw new Error(JSON.stringify(again));
    }),
    { numRuns: 3_000 },
  );
});

void t.test('what stood there before adoption becomes what is stored', async (t) => {
  fc.assert(
    fc.property(stored, ({ object, before }) => {
      t.same(written(object, { ...object, spec: before.spec }).stored, object);
    }),
    { numRuns: 1_000 },
  );
});

/** As large as the API server takes them, and as bad as they can be made. @param weight of all canaries */
function largest(weight: number): Record<string, VirtualService> {
  const apps = Array.from({ length: 1_500 }, (_, index) => `app-${index}`);
  const adoptions = apps.map((app) => [`prod/${app}`, { stable: `${app}${DOMAIN}`, canary: `${app}-canary${DOMAIN}` }]);
  const annotations = { [ADOPTED_FOR]: JSON.stringify(Object.fromEntries(adoptions)) };
  const object = (http: HttpEntry[]): VirtualService => {
    const { metadata, ...rest } = users(http);
    return { ...rest, metadata: { ...metadata, labels: { [ROLE]: 'adopted-route' }, annotations } };
  };
  const pair = (app: string) => [to(app, 100 - weight), to(`${app}-canary`, weight)];
  const numbered = (count: number) => Array.from({ length: count }, (_, index) => `app-${index % apps.length}`);
  return {
    'many rules': object(numbered(9_000).map((app) => ({ route: pair(app) }))),
    'one rule of all': object([{ route: apps.flatMap(pair) }]),
    'one app in all rules': object(numbered(9_000).map(() => ({ route: pair('app-0') }))),
    'the canaries alone': object([{ route: numbered(9_000).map((app) => to(`${app}-canary`, 1)) }]),
  };
}

/** Of the processor, not of the clock: a busy machine is no fault. What grows with the square of the size takes minutes. */
const BOUND_MS = 2_000;

void t.test('the largest objects are done within a bound of processor time', async (t) => {
  for (const [claim, before] of Object.entries(largest(20))) {
    for (const [other, after] of Object.entries(largest(30))) {
      const begun = process.cpuUsage();
      const { operations } = keepWeights(before, after);
      const { user, system } = process.cpuUsage(begun);
      const took = (user + system) / 1_000;
      const words = `${claim} to ${other}: ${Math.round(took)} ms, ${operations.length} operations`;
      t.ok(took < BOUND_MS, words);
    }
  }
});
