import t from 'tap';
import { exponent } from './growth.ts';
import { written } from './page.ts';
import { judge, type Row, spreadOf } from './row.ts';
import { cellsOf, figure } from './words.ts';

const row = (values: readonly number[], more: Partial<Row> = {}): Row => ({
  what: 'time',
  unit: 'ms',
  values,
  ...more,
});
const beside = (values: readonly number[]) => ({ against: { name: 'Flagger', values } });

t.test('a verdict is by the median of the turns', async (t) => {
  const cases: readonly (readonly [is: string, row: Row, verdict: string])[] = [
    ['no target', row([1, 2, 3]), ''],
    ['a value below its target', row([1, 2, 9], { target: { value: 2 } }), 'met'],
    ['a value above it', row([1, 3, 9], { target: { value: 2 } }), 'missed'],
    ['a target of none', row([0, 0, 0], { target: { value: 0 } }), 'met'],
    ['a ratio below its target', row([1, 2, 3], { ...beside([2, 4, 6]), target: { ratio: 0.5 } }), 'met'],
    ['a ratio above it', row([1, 2, 3], { ...beside([1, 2, 3]), target: { ratio: 0.5 } }), 'missed'],
    ['one turn as fast as the other', row([10, 11, 12], { ...beside([10, 10, 10]), target: 'noise' }), 'met'],
    ['slower in every turn', row([11, 12, 13], { ...beside([10, 10, 10]), target: 'noise' }), 'missed'],
    ['nothing measured', row([Number.NaN], { target: { value: 2 } }), 'not measured'],
    ['nothing to compare with', row([1], { ...beside([Number.NaN]), target: { ratio: 2 } }), 'not measured'],
    ['nothing to compare with, for noise', row([1], { ...beside([Number.NaN]), target: 'noise' }), 'not measured'],
  ];
  for (const [is, given, verdict] of cases) t.equal(judge(given).verdict, verdict, is);
});

t.test('ratios are of the turns, and not of the medians', async (t) => {
  const { value, against, ratio } = judge(row([10, 20, 60], beside([10, 40, 30])));
  t.same(value, { median: 20, least: 10, most: 60 });
  t.same(against, { median: 30, least: 10, most: 40 });
  t.same(ratio, { median: 1, least: 0.5, most: 2 });
  t.equal(judge(row([4, 4], beside([0, 0]))).ratio?.median, Infinity, 'something beside nothing');
  t.same(judge(row([0, 4], beside([0, 0]))).ratio, { median: Infinity, least: 1, most: Infinity });
});

t.test('a turn that failed is left out', async (t) => {
  t.same(spreadOf([3, Number.NaN, 1]), { median: 2, least: 1, most: 3 });
  t.same(judge(row([4, 4, Number.NaN], beside([2, Number.NaN, 2]))).ratio, { median: 2, least: 2, most: 2 });
});

t.test('a row says its figures, its target and what came of it', async (t) => {
  const given = row([10, 20, 60], { ...beside([10, 40, 30]), target: { ratio: 1.3 } });
  t.same(cellsOf(judge(given)), ['time', '20.0 ms', '30.0 ms Flagger', '1.00 (0.50–2.00)', '≤ 1.30 ×', 'met']);
  const alone = row([1, 2, 3], { target: { value: 250 } });
  t.same(cellsOf(judge(alone)), ['time', '2.00 ms', '', '(1.00–3.00)', '≤ 250 ms', 'met']);
  t.same(cellsOf(judge(row([Number.NaN]))), ['time', '–', '', '', '', 'not measured']);
  t.same([0, 0.123, 12.34, 123.4, Infinity].map(figure), ['0', '0.12', '12.3', '123', '∞']);
});

t.test('the exponent is that of the growth', async (t) => {
  const sizes = [10, 100, 1_000];
  const of = (grow: (size: number) => number): string => exponent(sizes.map((size) => [size, grow(size)])).toFixed(6);
  t.equal(
    of((size) => 7 * size),
    '1.000000',
    'twice as many cost twice as much',
  );
  t.equal(
    of(() => 7),
    '0.000000',
    'none more',
  );
  t.equal(
    of((size) => size * size),
    '2.000000',
    'four times as much',
  );
  t.ok(Number.isNaN(exponent([[10, 5]])), 'one size alone');
  t.ok(
    Number.isNaN(
      exponent([
        [10, 5],
        [20, Number.NaN],
      ]),
    ),
    'one that was not measured',
  );
});

t.test('the page keeps its words around the figures', async (t) => {
  const sections = [{ title: 'Start', about: 'Each once.', turns: 1, rows: [row([5])] }];
  const begin = '<!-- figures: `npm run bench` writes what is between these two lines -->';
  const end = '<!-- end of the figures -->';
  const page = `# Performance\n\n${begin}\nold\n${end}\n\n## Why\n`;
  const once = written(page, 'On two cores.', sections);
  t.match(once, /^# Performance\n\n<!-- figures/);
  t.match(once, '### Start\n\nEach once. (one run)\n');
  t.match(once, '| time | 5.00 ms |  |  |  |  |');
  t.notMatch(once, 'old');
  t.match(once, /<!-- end of the figures -->\n\n## Why\n$/);
  t.equal(written(once, 'On two cores.', sections), once, 'a second time nothing else changes');
  t.throws(() => written('# Performance\n', '', sections), /lacks the line/);
});
