import t from 'tap';
import { HELD, ROLLING } from '../../../src/rollout/keys.ts';
import { type Hold, readHold, readRolling, writeHold, writeRolling } from '../../../src/rollout/workload/hold.ts';
import { annotated, deployment } from '../../build.ts';

const under = (text: string | undefined) => readHold(deployment('1.0', annotated({ [HELD]: text })));

const holds: Record<string, Hold> = {
  'a plain hold': { revision: 'a1', by: 'jane' },
  "a hold under the user's own pause": { revision: 'a1', by: 'jane', userPaused: true },
  'a hold with a verdict': { revision: 'a1', by: 'jane', verdict: 'failed', reason: 'failed 5 checks: "x" < 99%' },
  'a hold by nobody in particular': { revision: 'a1', by: '' },
};
for (const [claim, hold] of Object.entries(holds)) {
  const reading = under(writeHold(hold));
  t.match(reading, { state: 'held', hold, raw: writeHold(hold) }, `${claim} survives writing and reading`);
}

const unreadable: Record<string, string> = {
  'no JSON': 'yes',
  'an empty text': '',
  'another type': '"a1"',
  'no revision': '{"by":"jane"}',
  'an empty revision': '{"revision":"","by":"jane"}',
  'a verdict of another version of Headgate': '{"revision":"a1","by":"jane","verdict":"paused"}',
  'a userPaused that is not true': '{"revision":"a1","by":"jane","userPaused":false}',
};
for (const [claim, text] of Object.entries(unreadable)) {
  t.same(under(text), { state: 'unreadable', raw: text }, `${claim} is doubt, and kept as it is`);
}

t.same(under(undefined), { state: 'open' }, 'no annotation, no hold');
t.equal(
  writeHold({ reason: 'r', verdict: 'failed', by: 'jane', revision: 'a1' }),
  writeHold({ revision: 'a1', by: 'jane', verdict: 'failed', reason: 'r' }),
  'the same hold is always the same text',
);
t.equal(writeHold({ revision: 'a1', by: 'jane' }), '{"revision":"a1","by":"jane"}', 'what is not said is not written');

const rolling = (text: string | undefined) => readRolling(deployment('1.0', annotated({ [ROLLING]: text })));
t.same(rolling(writeRolling({ from: 'a1', to: 'b2' })), { from: 'a1', to: 'b2' }, 'a lift remembers from and to');
t.same(
  [rolling(undefined), rolling('nonsense'), rolling('{"from":"a1"}')],
  [undefined, undefined, undefined],
  'else nothing',
);
