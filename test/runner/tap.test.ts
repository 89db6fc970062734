import t from 'tap';
import { parseTap } from './tap.ts';

const DETAILS = ['  ---', '  diff: |', '    -2', '    +1', '  ...'];

const cases: Record<string, [lines: string[], expected: object]> = {
  'assertions count, subtests do not': [
    ['# Subtest: a', '    ok 1 - x', '    ok 2 - y', '    1..2', 'ok 1 - a # time=1ms', 'ok 2 - z', '1..2'],
    { passed: 3, skipped: 0, failures: [] },
  ],
  'a failure has its path and its details in full': [
    [
      '# Subtest: a',
      '    # Subtest: b \\# 1',
      '        not ok 1 - should be equal',
      ...DETAILS.map((line) => `        ${line}`),
      '        ',
      '        ok 2 - fine',
      '        1..2',
      '    not ok 1 - b \\# 1 # time=2.5ms',
      ...DETAILS.map((line) => `    ${line}`),
      '    1..1',
      'not ok 1 - a # time=3ms',
    ],
    { passed: 1, failures: [{ path: ['a', 'b # 1', 'should be equal'], details: ['diff: |', '  -2', '  +1'] }] },
  ],
  'a subtest that failed by itself counts once': [
    [
      '# Subtest: slow',
      '    ok 1 - x',
      '    1..1',
      'not ok 1 - slow # time=30000ms',
      '  ---',
      '  expired: TAP',
      '  ...',
    ],
    { passed: 1, failures: [{ path: ['slow'], details: ['expired: TAP'] }] },
  ],
  'what is left out is not passed': [
    ['ok 1 - later # SKIP', 'not ok 2 - some day # TODO', 'ok 3 - now'],
    { passed: 1, skipped: 2, failures: [] },
  ],
  'words of the program itself are passed over': [
    ['okay then', 'it is not ok', '{"ok": true}', 'TAP version 14', 'ok 1 - x', '# time=3ms'],
    { passed: 1, failures: [] },
  ],
  'a bail-out is a failure': [['Bail out! no rig'], { failures: [{ path: ['Bail out! no rig'] }] }],
  'a subtest without assertions is one itself': [['# Subtest: e', '    1..0', 'ok 1 - e'], { passed: 1, failures: [] }],
};

for (const [sentence, [lines, expected]] of Object.entries(cases)) {
  void t.test(sentence, async (t) => {
    t.match(parseTap(lines.join('\n')), expected);
  });
}
