import t from 'tap';
import { refusal } from '../../../src/cluster/errors.ts';
import type { Effect } from '../../../src/rollout/machine/effects.ts';
import { applyAll } from '../../../src/scheduler/tick/apply-all.ts';
import { EffectBackoff, type EffectPacer } from '../../../src/scheduler/tick/effect-backoff.ts';
import { LateWrites, WRITE_PATIENCE_MS } from '../../../src/scheduler/tick/tick-writes.ts';
import { DESTINATION_RULES } from '../../../src/traffic/istio/kinds.ts';
import { deployment, rule } from '../../build.ts';

const setRoute: Effect = { do: 'setRoute', weight: 0, version: '1' };
const setRule: Effect = {
  do: 'changeTraffic',
  change: { do: 'patch', kind: DESTINATION_RULES, object: rule(), operations: [] },
};
const scale: Effect = { do: 'scaleCanary', existing: deployment(), replicas: 0 };
const answer = (code: number, reason = 'Any') =>
  refusal('PATCH /x', code, { kind: 'Status', code, reason, message: 'no' });

const pacerAt = (backoff: EffectBackoff, now: number) =>
  backoff.pacer({ key: 'a', intent: '1', clock: () => now, isBack: () => false });

const calm = () => ({ writes: new LateWrites(() => undefined).begin('a', 'r1'), isUrgent: () => false });

/** What became of the three when each met its error. */
const outcome = (...errors: unknown[]) => outcomeAt(pacerAt(new EffectBackoff(), 0), ...errors);

async function outcomeAt(pacer: EffectPacer, ...errors: unknown[]) {
  const tried: string[] = [];
  const complaints: string[] = [];
  const attempt = async (effect: Effect) => {
    const error = errors[tried.push(effect.do) - 1];
    if (error !== undefined) throw error;
  };
  const onError = (effect: Effect) => complaints.push(effect.do);
  const result = await applyAll([setRule, setRoute, scale], { attempt, pacer, onError, ...calm() });
  return { ...result, tried, complaints };
}

const all = ['changeTraffic', 'setRoute', 'scaleCanary'];

t.test('what goes well has consequences, and no time to wait for', async (t) => {
  t.same(await outcome(), { done: true, refusals: [], tried: all, complaints: [] });
});

t.test('one that fails keeps no other from being tried', async (t) => {
  t.same(await outcome(new Error('gone')), {
    ...{ done: true, refusals: [], retryMs: 1_000, tried: all },
    complaints: ['changeTraffic'],
  });
});

t.test('whoever was slower looks again soon, and complains of nothing', async (t) => {
  t.same(await outcome(answer(409, 'Conflict'), answer(404)), {
    ...{ done: true, refusals: [], retryMs: 100 },
    tried: all,
    complaints: [],
  });
});

t.test('what is refused can wait; what else failed cannot', async (t) => {
  const { refusals, retryMs } = await outcome(answer(403));
  t.match([refusals, retryMs], [[{ of: 'traffic', words: /403/ }], 30_000]);
  t.equal((await outcome(answer(403), new Error('gone'))).retryMs, 1_000);
});

t.test('what waits is not tried, keeps no other from it, and stays refused', async (t) => {
  const backoff = new EffectBackoff();
  await outcomeAt(pacerAt(backoff, 0), answer(403), answer(503), answer(409, 'Conflict'));
  const soon = await outcomeAt(pacerAt(backoff, 500));
  t.same([soon.tried, soon.retryMs, soon.done], [['scaleCanary'], 500, true]);
  t.match(soon.refusals, [{ of: 'traffic', words: /403/ }]);
  const later = await outcomeAt(pacerAt(backoff, 30_000));
  t.same([later.tried, later.refusals], [all, []], 'until it is tried again');
});

t.test('a canary that is refused is told of once', async (t) => {
  const createCanary: Effect = { do: 'createCanary', deployment: deployment() };
  const backoff = new EffectBackoff();
  const refused = async (now: number) => {
    const attempt = () => Promise.reject(answer(403));
    return applyAll([createCanary], { attempt, pacer: pacerAt(backoff, now), onError: () => undefined, ...calm() });
  };
  t.match(await refused(0), { done: false, refusals: [{ of: 'canary' }], retryMs: 30_000 });
  t.match(await refused(1_000), { refusals: [], retryMs: 29_000 });
});

interface Hanging {
  /** Which of the three are not answered. */
  hung: ReadonlySet<Effect>;
  late?: LateWrites;
  now?: number;
  backoff?: EffectBackoff;
}

/** A round where some are not answered before `end`, and traffic that goes back is urgent. */
function hanging({ hung, late = new LateWrites(() => undefined), now = 0, backoff = new EffectBackoff() }: Hanging) {
  const tried: Effect[] = [];
  const end = Promise.withResolvers<void>();
  const attempt = (effect: Effect) => {
    tried.push(effect);
    return hung.has(effect) ? end.promise : Promise.resolve();
  };
  const rest = { pacer: pacerAt(backoff, now), writes: late.begin('a', 'r1'), onError: () => undefined };
  const isUrgent = (effect: Effect) => effect === setRoute;
  return { end, tried, result: applyAll([setRule, setRoute, scale], { attempt, isUrgent, ...rest }) };
}

t.test('traffic that goes back waits behind nothing', async (t) => {
  const { tried, result } = hanging({ hung: new Set([setRule]) });
  t.same(tried, [setRoute], 'it is first');
  t.match(await result, { done: true, retryMs: 50, refusals: [] });
  t.same(tried, [setRoute, setRule], 'what comes after one that hangs is for the next round');
});

t.test('writes that hang cost the patience of one round, and none in the next', async (t) => {
  const ended: string[] = [];
  const late = new LateWrites((key) => ended.push(key));
  const begun = performance.now();
  const first = hanging({ hung: new Set([setRule, setRoute]), late });
  await first.result;
  const took = performance.now() - begun;
  t.ok(took < 2 * WRITE_PATIENCE_MS, `both together took ${took} ms`);
  t.same(first.tried, [setRoute], 'none is begun when the time is over');
  const next = hanging({ hung: new Set([setRule, setRoute]), late });
  await next.result;
  t.same(next.tried, [setRule], 'one that is under way is not made again');
  const last = hanging({ hung: new Set(), late });
  t.same(await last.result, { done: true, refusals: [] }, 'there is nothing to wait for');
  t.same(last.tried, [scale], 'and no other waits for it');
  first.end.resolve();
  await first.end.promise;
  await new Promise(setImmediate);
  t.same(ended, ['a'], 'its end is worth another look');
  const again = hanging({ hung: new Set(), late });
  await again.result;
  t.same(again.tried, [setRoute, scale], 'then it may be made again');
});

/** A write of release r1 that is refused when its round is over. */
async function refusedLate(backoff = new EffectBackoff()): Promise<LateWrites> {
  const late = new LateWrites(() => undefined);
  const { end, result } = hanging({ hung: new Set([setRule]), late, backoff });
  await result;
  t.same(late.refusals('a', 'r1'), []);
  end.reject(answer(403));
  await end.promise.catch(() => undefined);
  await new Promise(setImmediate);
  return late;
}

t.test('what is refused when nobody waits any more is told to the next decision, once', async (t) => {
  const late = await refusedLate();
  t.match(late.refusals('a', 'r1'), [{ of: 'traffic', words: /403/ }]);
  t.same(late.refusals('a', 'r1'), []);
});

t.test('it is told to no other release', async (t) => {
  const late = await refusedLate();
  t.same(late.refusals('a', 'r2'), []);
  t.same(late.refusals('a', 'r1'), [], 'nor later');
});

t.test('the pause after what was refused late holds for the rounds that began meanwhile', async (t) => {
  const backoff = new EffectBackoff();
  const meanwhile = pacerAt(backoff, 0);
  await refusedLate(backoff);
  for (const pacer of [meanwhile, pacerAt(backoff, 0)]) t.equal(pacer.waitMs(setRule), 30_000);
});

t.test('what was refused stands while it is tried again, and where nothing more is begun', async (t) => {
  const backoff = new EffectBackoff();
  await outcomeAt(pacerAt(backoff, 0), answer(403));
  const late = new LateWrites(() => undefined);
  const trying = hanging({ hung: new Set([setRule]), late, backoff, now: 30_000 });
  t.match((await trying.result).refusals, [{ of: 'traffic', words: /403/ }]);
  const meanwhile = hanging({ hung: new Set(), late, backoff, now: 30_500 });
  t.match((await meanwhile.result).refusals, [{ of: 'traffic', words: /403/ }]);
  const left = hanging({ hung: new Set([setRoute]), backoff, now: 60_000 });
  t.match((await left.result).refusals, [{ of: 'traffic', words: /403/ }]);
  t.same(left.tried, [setRoute]);
});

t.test(
  'a lift that is not answered is told after half a minute, one that is refused at once and while it is attempted',
  async (t) => {
    const lift: Effect = { do: 'liftHold', deployment: deployment(), held: '{}', keepPaused: false };
    const backoff = new EffectBackoff();
    const at = async (now: number, error: unknown) => {
      const attempt = () => Promise.reject(error);
      const parts = { attempt, pacer: pacerAt(backoff, now), onError: () => undefined, ...calm() };
      const { refusals, retryMs = 0 } = await applyAll([lift], parts);
      return { told: refusals.map(({ of }) => of), retryMs };
    };
    const away = refusal('PATCH /x', 500, { kind: 'Status', code: 500, message: 'failed calling webhook "pinner"' });
    let now = 0;
    for (let round = 1; round < 8; round += 1) {
      const { told, retryMs } = await at(now, away);
      t.same(told, [], `round ${round}`);
      now += retryMs;
    }
    t.ok(now > 20_000 && now < 60_000, `${now} ms`);
    t.same((await at(now, away)).told, ['rollOut']);
    t.same((await at(now, away)).told, [], 'not while it waits: another may make it meanwhile');

    now += 120_000;
    const pauses: number[] = [];
    for (let round = 0; round < 8; round += 1) {
      const { told, retryMs } = await at(now, answer(403));
      t.same(told, ['rollOut']);
      pauses.push(retryMs);
      now += retryMs;
    }
    t.same(pauses, [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
    t.same((await at(now, answer(409, 'Conflict'))).told, [], 'a race is no refusal');
  },
);
