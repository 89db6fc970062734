import t from 'tap';
import { type Bypass, bypassOf, parseBypass } from '../../../src/rollout/workload/bypass.ts';

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
  'open until= the end': { reason: 'open until= the end' },
};

t.test('a reason, and perhaps until when', async (t) => {
  for (const [text, bypass] of Object.entries(texts)) t.same(parseBypass(text), bypass, JSON.stringify(text));
});

t.test('none after its time', async (t) => {
  const deployment = {
    metadata: { name: 'a', annotations: { 'headgate.dev/bypass': 'x until=2030-01-31T18:00:00Z' } },
  };
  t.ok(bypassOf(deployment, UNTIL - 1));
  t.notOk(bypassOf(deployment, UNTIL));
  t.notOk(bypassOf({ metadata: { name: 'a' } }, 0));
});
