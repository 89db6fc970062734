import t, { type Test } from 'tap';
import { apiVersionOf } from '../../src/cluster/kinds.ts';
import { ROLE } from '../../src/rollout/keys.ts';
import type { KubeObject } from '../../src/rollout/kube.ts';
import type { TrafficWish } from '../../src/rollout/machine/traffic.ts';
import type { Kind } from '../../src/rollout/object-change.ts';
import type { TrafficObjects, TrafficProvider } from '../../src/traffic/provider.ts';
import { frozen } from './applied.ts';
import { Bench, isLabelled } from './bench.ts';
import { CLAIMS, reweighs } from './claims.ts';

export interface Subject {
  provider: TrafficProvider;
  wish: TrafficWish;
  /** The same with something else wanted of the routes, where the provider heeds anything besides the weight. */
  changed?: TrafficWish;
  /** What users may have written before, by what it is: each can be given a weight, and none has the word "canary" in it. */
  users: Readonly<Record<string, TrafficObjects>>;
  /** What users may have written that no weight can be given to. */
  unusable: Readonly<Record<string, TrafficObjects>>;
}

/** The contract of the seam, for any provider: to be called by a test of its own. */
export function conforms({ provider, wish, changed, users, unusable }: Subject): void {
  const bench = new Bench(provider, wish);
  const test = (name: string, check: (t: Test) => void): void => void t.test(name, async (t) => check(t));
  test('nothing there', (t) => nothing(t, bench));
  for (const [start, objects] of Object.entries({ 'nothing there': [], ...users })) {
    for (const [claim, check] of Object.entries(CLAIMS)) {
      test(`${start}: ${claim}`, (t) => check(t, bench, frozen(objects)));
    }
    if (changed) test(`${start}: other words`, (t) => otherWords(t, bench, bench.wanting(changed), frozen(objects)));
  }
  for (const [what, objects] of Object.entries(unusable)) {
    test(`${what}: no weight can be given`, (t) => leavesAlone(t, bench, frozen(objects)));
  }
  test('objects that say nothing', (t) => mute(t, bench));
  test('a route that somebody emptied', (t) => emptied(t, bench));
}

function nothing(t: Test, { provider, wish }: Bench): void {
  const { route, prerequisites } = provider.read([], wish);
  t.equal(route, undefined, 'is no route');
  const others = prerequisites.filter((change) => change.do !== 'create');
  t.same(others, [], 'what is wanted beside it is created');
  t.same(provider.reweigh([], wish, 0), [], 'nothing is weighed');
  t.same([...provider.release([], wish), ...provider.cleanUp([], wish)], [], 'nothing is left to anybody');
  const described = provider.describe([], wish.deployment);
  t.ok(described.length > 0, 'a person is told');
  for (const { title, summary } of described) t.same([title === '', summary], [false, undefined], 'what is not there');
}

/** Of the routes something else is wanted than when they were made. */
function otherWords(t: Test, bench: Bench, changed: Bench, start: TrafficObjects): void {
  const before = bench.at(bench.prepared(start), 50);
  reweighs(t, changed, before, 20);
  const after = changed.at(changed.prepared(before), 20);
  t.match(changed.read(after), { route: { weight: 20, stale: false }, prerequisites: [] }, 'they come with a weight');
  t.same(changed.left(after).filter(isLabelled), [], 'and are left like those before');
}

function leavesAlone(t: Test, bench: Bench, objects: TrafficObjects): void {
  const { obstacle } = bench.read(objects);
  t.match(obstacle, { reason: /^[A-Z]/, message: /\w/ }, 'it is said why');
  t.same(bench.left(objects), objects, 'it is left alone');
  t.ok(bench.provider.describe(objects, bench.wish.deployment).length > 0, 'a person is told of it');
}

/** An object of the Deployment's name and of any kind, with and without the label. */
function mute(t: Test, { provider, wish }: Bench): void {
  const labels = { [ROLE]: 'unknown' };
  for (const object of provider.sources.flatMap(({ kind }) => [shell(kind, wish), shell(kind, wish, { labels })])) {
    for (const all of [[object], [{ ...object, spec: {} }], [{ ...object, data: {} }]].map(frozen)) {
      const use = () => [
        provider.read(all, wish),
        provider.render(all, wish, 20),
        provider.reweigh(all, wish, 20),
        provider.release(all, wish),
        provider.cleanUp(all, wish),
        provider.describe(all, wish.deployment),
        all.map((object) => provider.keep(object, object)),
      ];
      t.doesNotThrow(use, JSON.stringify(all));
    }
  }
}

function shell({ kind, ...rest }: Kind, { deployment }: TrafficWish, more: Partial<KubeObject['metadata']> = {}) {
  const { name, namespace = '' } = deployment.metadata;
  const metadata = { name, namespace, uid: 'uid-shell', resourceVersion: '7', ...more };
  return { apiVersion: apiVersionOf({ kind, ...rest }), kind, metadata };
}

/** One of Headgate's own. */
function emptied(t: Test, bench: Bench): void {
  const made = bench.at(bench.prepared([]), 50);
  const objects = frozen(
    made.map(({ apiVersion = '', kind = '', metadata }): KubeObject => ({ apiVersion, kind, metadata })),
  );
  t.equal(bench.route(objects)?.stale, true, 'is not as wanted');
  t.same(bench.left(objects).filter(isLabelled), [], 'can be left');
  const mended = bench.at(bench.prepared(objects), 20);
  t.match(bench.read(mended), { route: { weight: 20, stale: false }, prerequisites: [] }, 'and is put right');
}
