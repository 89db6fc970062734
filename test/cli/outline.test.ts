import t from 'tap';
import { aligned, type Entry, outline } from '../../src/cli/outline.ts';

const entry = (...texts: string[]): Entry => ({ cells: texts.map((text) => ({ text })) });
const plain = (root: Entry, width?: number): string =>
  outline(root, { paint: (_, text) => text, ...(width !== undefined && { width }) }).join('\n');

const outlines: Record<string, [actual: string, wanted: string]> = {
  'an entry alone is a line of cells': [plain(entry('a', 'b')), 'a  b'],
  'what belongs to an entry hangs below it, the last one on a corner': [
    plain({
      ...entry('a'),
      entries: [
        { ...entry('b'), entries: [entry('c')] },
        { ...entry('d'), entries: [entry('e')] },
      ],
    }),
    `
a
├─ b
│  └─ c
└─ d
   └─ e`.trim(),
  ],
  'details stand between an entry and what belongs to it': [
    plain({
      ...entry('a'),
      details: [{ text: 'says x' }, { text: 'says y' }],
      entries: [{ ...entry('b'), details: [{ text: 'says z' }] }],
    }),
    `
a
│  says x
│  says y
└─ b
      says z`.trim(),
  ],
  'aligned entries have their cells under one another, and the last of each as it is': [
    plain({
      ...entry('a'),
      entries: aligned([entry('b', 'ready'), entry('long', 'x', 'y'), entry('of any length at all')]),
    }),
    `
a
├─ b     ready
├─ long  x  y
└─ of any length at all`.trim(),
  ],
  'an empty cell keeps its place, and leaves no spaces at the end': [
    plain({ ...entry('a'), entries: aligned([entry('b', '', 'y'), entry('c', 'x', '')]) }),
    `
a
├─ b     y
└─ c  x`.trim(),
  ],
  'a narrow terminal gets the cells that do not fit on the next line': [
    plain({ ...entry('a'), entries: [entry('b', 'x'.repeat(20), 'a cell of its own'), entry('c')] }, 40),
    `
a
├─ b  ${'x'.repeat(20)}
│     a cell of its own
└─ c`.trim(),
  ],
  'a cell that is longer than a line is broken between words': [
    plain({ ...entry('a'), entries: [entry('b', 'one two three four five six seven eight nine ten')] }, 40),
    `
a
└─ b  one two three four five six seven
      eight nine ten`.trim(),
  ],
  'a word that is longer than a line stays whole': [
    plain({ ...entry('a'), entries: [entry('b', 'x'.repeat(50))] }, 40),
    `
a
└─ b
      ${'x'.repeat(50)}`.trim(),
  ],
};

for (const [sentence, [actual, wanted]] of Object.entries(outlines)) {
  void t.test(sentence, async (t) => {
    t.equal(actual, wanted);
  });
}

void t.test('colours take no room', async (t) => {
  const root: Entry = {
    cells: [{ text: 'a', colour: 'red' }],
    entries: aligned([{ cells: [{ text: 'b', colour: 'green', width: 1 }, { text: 'c' }] }]),
  };
  const painted = outline(root, { paint: (colour, text) => `<${colour}>${text}</>`, width: 40 });
  const long = outline(
    { cells: [{ text: 'one two three four five six seven eight nine', colour: 'red' }] },
    { paint: (colour, text) => `<${colour}>${text}</>`, width: 40 },
  );
  t.match(
    long,
    ['<red>one two three four five six seven eight</>', '<dim>   </><red>nine</>'],
    'and are given once a line',
  );
  t.strictSame(painted, ['<red>a</>', '<dim>└─ </><green>b</>  c']);
});
