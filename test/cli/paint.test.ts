import t from 'tap';
import { painter } from '../../src/cli/paint.ts';

const cases: Record<string, [isTTY: boolean, env: Record<string, string>, coloured: boolean]> = {
  'a terminal has colours': [true, {}, true],
  'a pipe has none': [false, {}, false],
  'NO_COLOR takes them away': [true, { NO_COLOR: '1' }, false],
  'an empty NO_COLOR does not count': [true, { NO_COLOR: '' }, true],
  'a dumb terminal has none': [true, { TERM: 'dumb' }, false],
  'FORCE_COLOR gives them to a pipe': [false, { FORCE_COLOR: '1' }, true],
  'FORCE_COLOR decides before NO_COLOR': [false, { FORCE_COLOR: '1', NO_COLOR: '1' }, true],
  'FORCE_COLOR=0 takes them away': [true, { FORCE_COLOR: '0' }, false],
  'an empty FORCE_COLOR does not count': [false, { FORCE_COLOR: '' }, false],
};

for (const [sentence, [isTTY, env, coloured]] of Object.entries(cases)) {
  void t.test(sentence, async (t) => {
    const painted = painter({ stdout: { isTTY, write: () => {} }, env })('red', 'Failed');
    t.equal(painted, coloured ? '\u001B[31mFailed\u001B[39m' : 'Failed');
  });
}
