import t from 'tap';
import { refusal } from '../../../src/cluster/errors.ts';
import type { Effect } from '../../../src/rollout/machine/effects.ts';
import { applyAll } from '../../../src/scheduler/tick/apply-all.ts';
import { EffectBackoff, type EffectPacer } from '../../../src/scheduler/tick/effect-backoff.ts';
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
  backoff.pacer({ key: 'a', intent: '1', now, isBack: () => false });

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
  const result = await applyAll([setRule, setRoute, scale], { attempt, pacer, onError });
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
    return applyAll([createCanary], { attempt, pacer: pacerAt(backoff, now), onError: () => undefined });
  };
  t.match(await refused(0), { done: false, refusals: [{ of: 'canary' }], retryMs: 30_000 });
  t.match(await refused(1_000), { refusals: [], retryMs: 29_000 });
});
