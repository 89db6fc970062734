import t from 'tap';
import {
  type Bypass,
  type BypassStanding,
  isSpent,
  MAX_BYPASS,
  MOST_SPENT,
  parseBypass,
  readBypass,
  withSpent,
} from '../../../src/rollout/workload/bypass.ts';

const UNTIL = Date.parse('2030-01-31T18:00:00Z');

const texts: Record<string, Bypass | undefined> = {
  'incident 42': { reason: 'incident 42' },
  '  incident 42 ': { reason: 'incident 42' },
  'incident 42 until=2030-01-31T18:00:00Z': { reason: 'incident 42', until: UNTIL },
  'incident 42  until=2030-01-31T19:00:00+01:00': { reason: 'incident 42', until: UNTIL },
  'valid until=noon': undefined,
  'valid until=2030-01-31': undefined,
  'valid until=2030-02-31T99:00:00Z': undefined,
  'until=2030-01-31T18:00:00Z': undefined,
  ' until=2030-01-31T18:00:00Z': undefined,
  '': undefined,
  ' ': undefined,
  'incident\n42': undefined,
  ['x'.repeat(MAX_BYPASS + 1)]: undefined,
  'open until= the end': { reason: 'open until= the end' },
};

t.test('a reason, and perhaps until when', async (t) => {
  for (const [text, bypass] of Object.entries(texts)) t.same(parseBypass(text), bypass, JSON.stringify(text));
});

const AT = Date.parse('2030-01-31T17:50:00Z');
const MINUTE = 60_000;
const stamp = { 'headgate.dev/bypass-by': 'alice', 'headgate.dev/bypass-at': '2030-01-31T17:50:00.000Z' };
const deployment = (text: string | undefined, more: Record<string, string> = {}) => ({
  metadata: { name: 'a', annotations: { ...(text !== undefined && { 'headgate.dev/bypass': text }), ...more } },
});
const inForce = { is: 'inForce', text: 'x', reason: 'x', by: 'alice', endsAt: AT + 15 * MINUTE } as const;
const withUntil = { ...inForce, text: 'x until=2030-01-31T18:00:00Z' };

const standings: Record<string, [object: ReturnType<typeof deployment>, now: number, BypassStanding]> = {
  'none where there is none': [deployment(undefined), AT, { is: 'none' }],
  'none of several lines': [deployment('a\nb', stamp), AT, { is: 'none' }],
  'none of an empty text': [deployment('', stamp), AT, { is: 'none' }],
  'in force from its beginning': [deployment('x', stamp), AT, inForce],
  'in force to the end of its time': [deployment('x', stamp), AT + 15 * MINUTE - 1, inForce],
  'expired then': [deployment('x', stamp), AT + 15 * MINUTE, { ...inForce, is: 'expired' }],
  'until an earlier end': [deployment(withUntil.text, stamp), UNTIL - 1, { ...withUntil, endsAt: UNTIL }],
  'expired at that end': [deployment(withUntil.text, stamp), UNTIL, { ...withUntil, is: 'expired', endsAt: UNTIL }],
  'not until a later end': [
    deployment('x until=2031-01-31T18:00:00Z', stamp),
    AT,
    { ...inForce, text: 'x until=2031-01-31T18:00:00Z' },
  ],
  'without a beginning it has no time yet': [deployment('x'), AT, { is: 'unstamped', text: 'x' }],
  'nor with one that is none': [
    deployment('x', { ...stamp, 'headgate.dev/bypass-at': 'now' }),
    AT,
    { is: 'unstamped', text: 'x' },
  ],
  'nor with one that is still to come': [deployment('x', stamp), AT - MINUTE, { is: 'unstamped', text: 'x' }],
  'a clock that is a little behind does not matter': [deployment('x', stamp), AT - 5_000, inForce],
  'of a user whom nobody knows': [
    deployment('x', { 'headgate.dev/bypass-at': stamp['headgate.dev/bypass-at'] }),
    AT,
    { is: 'inForce', text: 'x', reason: 'x', endsAt: AT + 15 * MINUTE },
  ],
  'of a text that was removed before': [
    deployment('x', { ...stamp, 'headgate.dev/bypass-spent': 'y\nx' }),
    AT,
    { is: 'spent', text: 'x' },
  ],
  'a text that says no time where it should has its time, and no reason': [
    deployment('x until=noon', stamp),
    AT,
    { is: 'inForce', text: 'x until=noon', by: 'alice', endsAt: AT + 15 * MINUTE },
  ],
};

t.test('how it stands', async (t) => {
  for (const [claim, [object, now, standing]] of Object.entries(standings))
    t.same(readBypass(object, now), standing, claim);
  t.same(readBypass({ metadata: { name: 'a' } }, 0), { is: 'none' }, 'without annotations');
});

t.test('the texts that do not count again are a list, the newest first, of bounded length', async (t) => {
  t.equal(withSpent('a'), 'a');
  t.equal(withSpent('b', 'a'), 'b\na');
  t.equal(withSpent('a', 'b\na'), 'a\nb', 'each once');
  t.equal(withSpent('', 'b'), 'b', 'what is no bypass is not among them');
  const full = Array.from({ length: 30 }, (_, index) => `${index}`).reduce((spent, text) => withSpent(text, spent), '');
  t.equal(full.split('\n').length, MOST_SPENT);
  t.ok(isSpent('29', full));
  t.notOk(isSpent('19', full), 'the oldest goes');
  t.notOk(isSpent('2', full), 'a part of a text is another text');
  t.notOk(isSpent('x'), 'none is where nothing stands');
});
