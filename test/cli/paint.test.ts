import t from 'tap';
import { painter } from '../../src/cli/paint.ts';

const cases: Record<string, [isTTY: boolean, env: Record<string, string>, coloured: boolean]> = {
  'a terminal has colours': [true, {}, true],
  'a pipe has none': [false, {}, false],
  'NO_COLOR takes them away': [true, { NO_COLOR: '1' }, false],
  'an empty NO_COLOR does not count': [true, { NO_COLOR: '' }, true],
  'a dumb terminal has none': [true, { TERM: 'dumb' }, false],
};

for (const [sentence, [isTTY, env, coloured]] of Object.entries(cases)) {
  void t.test(sentence, async (t) => {
    const painted = painter({ stdout: { isTTY, write: () => {} }, env })('red', 'Failed');
    t.equal(painted, coloured ? '\u001B[31mFailed\u001B[39m' : 'Failed');
  });
}
