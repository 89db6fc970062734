import t from 'tap';
import type { Effect } from '../../../src/rollout/machine/effects.ts';
import { replicaSetOf } from '../../../src/rollout/workload/replica-set.ts';
import { EffectBackoff, type EffectResult } from '../../../src/scheduler/tick/effect-backoff.ts';
import { effectWish } from '../../../src/scheduler/tick/effect-wish.ts';
import { VIRTUAL_SERVICES } from '../../../src/traffic/istio/kinds.ts';
import { canary, deployment, service, template } from '../../build.ts';

const setRoute = (weight: number, version = '1'): Effect => ({ do: 'setRoute', weight, version });

interface World {
  backoff?: EffectBackoff;
  effect?: (now: number) => Effect;
  intent?: (now: number) => string;
  isBack?: boolean;
}

/** When an effect that is wanted all the time is attempted, in milliseconds, if each attempt comes to the same. */
function attempts(result: EffectResult, untilMs: number, world: World = {}, fromMs = 0): number[] {
  const { backoff = new EffectBackoff(), effect = () => setRoute(20), intent = () => '1', isBack = false } = world;
  const found: number[] = [];
  for (let now = fromMs; now < untilMs; now += 50) {
    // As often as a tick that goes on at once.
    for (let round = 0; round < 12; round += 1) {
      const pacer = backoff.pacer({ key: 'a', intent: intent(now), clock: () => now, isBack: () => isBack });
      if (pacer.waitMs(effect(now)) > 0) continue;
      pacer.note(effect(now), result);
      found.push(now);
    }
  }
  return found;
}

const RESULTS: Record<string, [result: EffectResult, first: number[]]> = {
  'what another undoes is repeated once at once, then less and less': ['done', [0, 0, 2_000, 6_000, 14_000, 30_000]],
  'a race that is lost again and again': ['raced', [0, 100, 500, 2_100, 8_500]],
  'what nobody answers is soon there again': ['unanswered', [0, 1_000, 3_000, 7_000, 12_000, 17_000]],
  'what fails': ['failed', [0, 1_000, 3_000, 7_000, 15_000, 31_000]],
  'what is refused can wait': ['refused', [0, 30_000, 90_000]],
};
for (const [claim, [result, first]] of Object.entries(RESULTS)) {
  const found = attempts(result, 600_000);
  t.same(found.slice(0, first.length), first, claim);
  const inTen = found.filter((at) => at < 10_000).length;
  const next = found.filter((at) => at >= 10_000 && at < 20_000).length;
  t.ok(inTen <= 5 && next < Math.max(inTen, 1), `${claim}: ${inTen} in the first 10 s, ${next} in the next`);
}

t.test('pauses grow to some minutes, and no more', async (t) => {
  const found = attempts('done', 3_600_000);
  const pauses = found.map((at, index) => at - (found[index - 1] ?? 0));
  t.equal(Math.max(...pauses), 240_000);
});

t.test('traffic on its way back to the stable pods waits for ten seconds at most', async (t) => {
  for (const result of ['done', 'refused', 'failed'] as const) {
    const found = attempts(result, 60_000, { isBack: true });
    const pauses = found.map((at, index) => at - (found[index - 1] ?? 0));
    t.ok(Math.max(...pauses) <= 10_000, result);
    t.ok(
      found.filter((at) => at < 10_000).length <= 5,
      `${result}, and not more often than five times in the first ten`,
    );
  }
});

t.test('another version of what is written to makes it no other effect; another wish does', async (t) => {
  const rewritten = { effect: (now: number) => setRoute(20, `${now}`) };
  t.same(attempts('done', 10_000, rewritten), [0, 0, 2_000, 6_000]);
  const backoff = new EffectBackoff();
  attempts('done', 10_000, { backoff });
  t.same(attempts('done', 10_050, { backoff, effect: () => setRoute(40) }, 10_000), [10_000, 10_000]);
});

t.test(
  'the count begins anew when people want something else, and after a while in which it was not wanted',
  async (t) => {
    t.same(attempts('failed', 5_000, { intent: (now) => (now < 4_000 ? '1' : '2') }), [0, 1_000, 3_000, 4_000]);
    const backoff = new EffectBackoff();
    attempts('failed', 10_000, { backoff });
    t.same(attempts('failed', 14_000, { backoff }, 12_000), [], 'it would be due at 15 s');
    t.same(attempts('failed', 77_000, { backoff }, 75_000), [75_000, 76_000], 'a minute after that it is a new one');
  },
);

t.test('what is noted late for another intent takes no place of what is wanted now', async (t) => {
  const backoff = new EffectBackoff();
  const pacer = (intent: string) => backoff.pacer({ key: 'a', intent, clock: () => 0, isBack: () => false });
  const [old, now] = [pacer('1'), pacer('2')];
  old.note(setRoute(20), 'failed');
  now.note(setRoute(20), 'refused');
  t.equal(now.waitMs(setRoute(20)), 30_000);
  old.note(setRoute(20), 'failed');
  t.equal(pacer('2').waitMs(setRoute(20)), 30_000);
});

t.test('the pause begins when the attempt ends', async (t) => {
  let now = 0;
  const pacer = new EffectBackoff().pacer({ key: 'a', intent: '1', clock: () => now, isBack: () => false });
  now = 10_000;
  pacer.note(setRoute(20), 'unanswered');
  t.equal(pacer.waitMs(setRoute(20)), 1_000);
});

t.test('one Deployment does not slow down another, and nothing is kept of one that is not followed', async (t) => {
  const backoff = new EffectBackoff();
  attempts('failed', 10_000, { backoff });
  const waitMs = (key: string) =>
    backoff.pacer({ key, intent: '1', clock: () => 10_000, isBack: () => false }).waitMs(setRoute(20));
  t.same([waitMs('a'), waitMs('b')], [5_000, 0]);
  backoff.forget('a');
  t.equal(waitMs('a'), 0);
});

const version =
  (resourceVersion: string) =>
  ({ metadata }: { metadata: { resourceVersion?: string } }) => {
    metadata.resourceVersion = resourceVersion;
  };
const scale = (replicas: number, seen: string): Effect => ({
  do: 'scaleCanary',
  existing: canary('2.0', 1, version(seen)),
  replicas,
});
const lift = (held: string, seen: string): Effect => ({
  do: 'liftHold',
  deployment: deployment('2.0', version(seen)),
  held,
  keepPaused: false,
});
const restore = (tag: string, suffix: string): Effect => ({
  do: 'createReplicaSet',
  replicaSet: replicaSetOf(deployment('2.0'), template(tag), suffix),
});
const change = (weight: number, seen: string): Effect => ({
  do: 'changeTraffic',
  change: {
    ...{ do: 'patch', kind: VIRTUAL_SERVICES, object: service('a', version(seen)) },
    operations: [{ op: 'replace', path: '/spec', value: weight }],
  },
});

t.test('a wish is what is written, whatever was observed', async (t) => {
  t.equal(effectWish(scale(2, '1')), effectWish(scale(2, '2')));
  t.not(effectWish(scale(2, '1')), effectWish(scale(3, '1')));
  t.equal(effectWish(lift('a', '1')), effectWish(lift('a', '2')));
  t.not(effectWish(lift('a', '1')), effectWish(lift('b', '1')));
  t.equal(effectWish(restore('1.0', 'a')), effectWish(restore('1.0', 'b')), 'under whatever name');
  t.not(effectWish(restore('1.0', 'a')), effectWish(restore('1.1', 'a')));
  t.equal(effectWish(change(1, '1')), effectWish(change(1, '2')));
  t.not(effectWish(change(1, '1')), effectWish(change(2, '1')));
});
