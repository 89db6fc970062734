import t from 'tap';
import { refusal } from '../../../src/cluster/errors.ts';
import type { Effect } from '../../../src/rollout/machine/effects.ts';
import { applyAll } from '../../../src/scheduler/tick/apply-all.ts';
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

/** What became of the three when each met its error. */
async function outcome(...errors: unknown[]) {
  const tried: string[] = [];
  const complaints: string[] = [];
  const attempt = async (effect: Effect) => {
    const error = errors[tried.push(effect.do) - 1];
    if (error !== undefined) throw error;
  };
  const result = await applyAll([setRule, setRoute, scale], attempt, (effect) => complaints.push(effect.do));
  return { ...result, tried, complaints };
}

const all = ['changeTraffic', 'setRoute', 'scaleCanary'];

t.test('what goes well is not looked at again', async (t) => {
  t.same(await outcome(), { refusals: [], tried: all, complaints: [] });
});

t.test('one that fails keeps no other from being tried', async (t) => {
  t.same(await outcome(new Error('gone')), { refusals: [], retryMs: 1_000, tried: all, complaints: ['changeTraffic'] });
});

t.test('whoever was slower looks again soon, and complains of nothing', async (t) => {
  t.same(await outcome(answer(409, 'Conflict'), answer(404)), {
    refusals: [],
    retryMs: 100,
    tried: all,
    complaints: [],
  });
});

t.test('what is refused can wait; what else failed cannot', async (t) => {
  const { refusals, retryMs } = await outcome(answer(403));
  t.match([refusals, retryMs], [[{ of: 'traffic', words: /403/ }], 30_000]);
  t.equal((await outcome(answer(403), new Error('gone'))).retryMs, 1_000);
});
