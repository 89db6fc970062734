import t from 'tap';
import { commandOutcome } from '../../src/cli/command-outcome.ts';
import { COMMAND } from '../../src/rollout/keys.ts';
import { canary, type Stored } from './build.ts';

const command = { id: 'one', action: 'abort', revision: 'v2' } as const;
const written = (id: string, action = 'abort'): Stored => ({
  phase: 'Progressing',
  annotations: { [COMMAND]: JSON.stringify({ id, action }) },
});
const answered = (id: string, accepted: boolean, message: string): Stored => ({
  ...written('one'),
  phase: 'Finalising',
  command: { id, accepted, message },
});

const cases: Record<string, [stored: Stored | undefined, kind: string, message?: string]> = {
  'it stands there unread': [written('one'), 'awaited'],
  'only the one before is answered': [
    { ...written('one'), command: { id: 'zero', accepted: true, message: '' } },
    'awaited',
  ],
  'it was carried out': [answered('one', true, 'abort: done'), 'accepted', 'abort: done; now Finalising at weight 0%'],
  'it was refused': [answered('one', false, 'cannot abort'), 'refused', 'cannot abort'],
  'it was carried out, and another one stands there now': [
    { ...written('two'), command: { id: 'one', accepted: true, message: 'abort: done' } },
    'accepted',
    'abort: done; now Progressing at weight 0%',
  ],
  'another one took its place': [written('two', 'promote'), 'lost', 'another command (promote) took its place'],
  'somebody removed it': [{ phase: 'Progressing' }, 'lost', 'another command took its place'],
  'the Canary is gone': [undefined, 'lost', 'its Canary was deleted'],
};

for (const [sentence, [stored, kind, message]] of Object.entries(cases)) {
  void t.test(sentence, async (t) => {
    const answer = commandOutcome(command, stored && canary(stored));
    t.strictSame(answer, message === undefined ? { kind } : { kind, message });
  });
}
