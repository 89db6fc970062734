import t from 'tap';
import { refusal } from '../../../src/cluster/errors.ts';
import type { Effect } from '../../../src/rollout/machine/effects.ts';
import { effectRefusalOf, Refusals } from '../../../src/scheduler/tick/refusals.ts';
import { DESTINATION_RULES } from '../../../src/traffic/istio/kinds.ts';
import { deployment, rule } from '../../build.ts';

const error = (code: number, details?: object, reason = 'Any') =>
  refusal('PATCH /x', code, { kind: 'Status', code, reason, message: 'no', ...(details && { details }) });
const invalid = error(422, { causes: [{ field: 'spec' }] }, 'Invalid');

const createCanary: Effect = { do: 'createCanary', deployment: deployment() };
const setRoute: Effect = { do: 'setRoute', weight: 20, version: '1' };
const newRule: Effect = { do: 'changeTraffic', change: { do: 'create', kind: DESTINATION_RULES, object: rule() } };
const setRule: Effect = {
  do: 'changeTraffic',
  change: { do: 'patch', kind: DESTINATION_RULES, object: rule(), operations: [] },
};
const createService: Effect = { do: 'createService', service: { metadata: { name: 'a' }, spec: {} } };

const cases: Record<string, [effect: Effect, error: unknown, of: string | undefined]> = {
  'a canary against a policy': [createCanary, error(403), 'canary'],
  'a canary that is not valid': [createCanary, invalid, 'canary'],
  'a route that a webhook will not have': [setRoute, error(400), 'traffic'],
  'a route that somebody was faster with': [setRoute, error(422, undefined, 'Invalid'), undefined],
  'a rule that is not valid': [setRule, invalid, 'traffic'],
  'a rule whose name a user has taken': [newRule, error(409, undefined, 'AlreadyExists'), 'traffic'],
  'a rule where there is no Istio': [newRule, error(404), 'traffic'],
  'a rule that is gone': [setRule, error(404), undefined],
  'an API server that does not answer': [setRule, error(503), undefined],
  'anything that is not an answer': [setRule, new Error('no'), undefined],
  'what no release depends on': [createService, error(403), undefined],
};
for (const [claim, [effect, cause, of]] of Object.entries(cases))
  t.equal(effectRefusalOf(effect, cause)?.of, of, claim);

const canary = { of: 'canary' as const, words: 'quota' };
const traffic = { of: 'traffic' as const, words: 'mode' };

/** Takes what one round was refused, which found the record at one version and left it at another. */
const rounds = (refusals: Refusals) => (before: string, at: string, list: (typeof canary | typeof traffic)[]) =>
  refusals.take('a', list, { before, at });

t.test('a canary that is refused is told to the next decision, and to no other', async (t) => {
  const refusals = new Refusals();
  const take = rounds(refusals);
  t.equal(take('1', '2', [canary]), true, 'it is news');
  t.equal(refusals.of('a', '2'), 'quota');
  t.equal(take('2', '3', []), false);
  t.equal(refusals.of('a', '3'), undefined);
  t.equal(take('3', '3', [canary]), true, 'and news each time');
});

t.test('what is refused of the traffic stands until it is taken', async (t) => {
  const refusals = new Refusals();
  const take = rounds(refusals);
  t.equal(take('1', '2', [traffic]), true, 'it is news');
  t.same([refusals.of('a', '2'), refusals.ofTraffic('a', '2'), refusals.of('b', '2')], ['mode', 'mode', undefined]);
  t.equal(take('2', '2', [traffic]), false, 'once');
  t.equal(take('2', '2', []), true, 'that it is taken is news');
  t.equal(refusals.of('a', '2'), undefined);
  t.equal(take('2', '2', []), false);
});

t.test('where another scheduler went on, what was refused here says nothing', async (t) => {
  const refusals = new Refusals();
  rounds(refusals)('1', '2', [canary, traffic]);
  t.same(
    [refusals.of('a', '7'), refusals.ofTraffic('a', '7'), refusals.ofPins('a', '7')],
    [undefined, undefined, undefined],
  );
  refusals.add('a', [traffic], '7');
  t.equal(refusals.of('a', '7'), 'mode', 'not what was known before');
});

t.test('nothing is kept of what is not followed, or was refused nothing', async (t) => {
  const refusals = new Refusals();
  rounds(refusals)('1', '2', [traffic]);
  refusals.forget('a');
  t.equal(refusals.of('a', '2'), undefined);
});
