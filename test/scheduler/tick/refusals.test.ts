import t from 'tap';
import { refusal } from '../../../src/cluster/errors.ts';
import type { Effect } from '../../../src/rollout/machine/effects.ts';
import {
  type EffectRefusal,
  effectRefusalOf,
  type RecordState,
  Refusals,
} from '../../../src/scheduler/tick/refusals.ts';
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
const liftHold: Effect = { do: 'liftHold', deployment: deployment(), held: '{}', keepPaused: false };
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
  'the write that lifts a hold, against a policy': [
    liftHold,
    error(422, { causes: [{ message: 'no' }] }, 'Invalid'),
    'rollOut',
  ],
  'what no release depends on': [createService, error(403), undefined],
};
for (const [claim, [effect, cause, of]] of Object.entries(cases))
  t.equal(effectRefusalOf(effect, cause)?.of, of, claim);

const canary = { of: 'canary' as const, words: 'quota' };
const traffic = { of: 'traffic' as const, words: 'mode' };
const pins = { of: 'pins' as const, words: 'name' };
const rollOut = { of: 'rollOut' as const, words: 'lift' };

const INTENT = 'r1';
const state = (message: string, intent = INTENT): RecordState => ({
  intent,
  status: { conditions: [{ type: 'Ready', status: 'False', message }] } as unknown as RecordState['status'],
});
const [before, after, others] = ['one', 'two', 'three'].map((message) => state(message)) as [
  RecordState,
  RecordState,
  RecordState,
];

/** What one round was refused, which found the record in one state and left it in another. */
const refused = (...list: EffectRefusal[]) => {
  const refusals = new Refusals();
  return { refusals, isNews: refusals.take('a', list, { before, after }) };
};

t.test('a canary that is refused is told to the next decision, and to no other', async (t) => {
  const { refusals, isNews } = refused(canary);
  t.ok(isNews);
  t.equal(refusals.of('a', after), 'quota');
  t.equal(refusals.of('a', { ...after }), 'quota', 'also if that could not be committed');
  t.equal(refusals.take('a', [], { before: after, after: others }), false);
  t.equal(refusals.of('a', others), undefined);
  t.equal(refusals.take('a', [canary], { before: others, after: others }), true, 'it is news each time');
});

t.test('what is refused of the traffic stands until it is taken', async (t) => {
  const { refusals, isNews } = refused(traffic);
  t.ok(isNews);
  t.same(
    [refusals.of('a', after), refusals.ofTraffic('a', after), refusals.of('b', after)],
    ['mode', 'mode', undefined],
  );
  t.equal(refusals.take('a', [traffic], { before: after, after }), false, 'it is no news any more');
  t.equal(refusals.take('a', [], { before: after, after }), true, 'that it is taken is news');
  t.equal(refusals.of('a', after), undefined);
  t.equal(refusals.take('a', [], { before: after, after }), false);
});

t.test('where another scheduler went on, what was refused here counts while the record says so', async (t) => {
  const { refusals } = refused(canary, traffic, pins, rollOut);
  const told = (now: RecordState) => [refusals.of('a', now), refusals.ofTraffic('a', now), refusals.ofWrites('a', now)];
  t.same(told(others), [undefined, undefined, {}]);
  t.same(told(state('no route: mode')), ['mode', 'mode', {}], 'a canary ends the release once');
  t.same(told(state('no pins: name')), [undefined, undefined, { unpinnable: 'name' }]);
  t.same(told(state('stays held: lift')), [undefined, undefined, {}], 'it tries to lift the hold itself');
  refusals.add('a', [traffic], others);
  t.same(told(others), ['mode', 'mode', {}], 'not what was known before');
});

t.test('for another release, or other settings, nothing counts', async (t) => {
  const { refusals } = refused(canary, traffic, pins);
  const now = { ...after, intent: 'r2' };
  t.same(
    [refusals.of('a', now), refusals.ofTraffic('a', now), refusals.ofWrites('a', now)],
    [undefined, undefined, {}],
  );
});

t.test('two schedulers that are refused the same say it once', async (t) => {
  const [a, b] = [new Refusals(), new Refusals()];
  a.take('a', [traffic], { before, after });
  b.take('a', [traffic], { before, after });
  const said = state('mode');
  t.same([a.ofTraffic('a', said), b.ofTraffic('a', said)], ['mode', 'mode'], 'whoever of them wrote it');
});

t.test('nothing is kept of what is not followed', async (t) => {
  const { refusals } = refused(traffic);
  refusals.forget('a');
  t.equal(refusals.of('a', after), undefined);
});
