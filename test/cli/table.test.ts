import t from 'tap';
import { columnsOf } from '../../src/cli/commands/list.ts';
import { painter } from '../../src/cli/paint.ts';
import { type Column, table } from '../../src/cli/table.ts';
import { viewOf } from '../../src/cli/view.ts';
import { canary, NOW } from './build.ts';

interface Row {
  name: string;
  n?: string;
}

const columns: Column<Row>[] = [
  { heading: 'NAME', text: ({ name }) => name },
  { heading: 'N', text: ({ n = '' }) => n },
];

void t.test('columns are as wide as their widest cell, and no line ends in spaces', async (t) => {
  const rows = [
    { name: 'a', n: '1' },
    { name: 'longest', n: '100' },
  ];
  t.strictSame(table(columns, rows), ['NAME      N', 'a         1', 'longest   100']);
});

void t.test('an empty cell shows as a dash', async (t) => {
  t.strictSame(table(columns, [{ name: 'a' }]), ['NAME   N', 'a      -']);
});

void t.test('colours do not count as width', async (t) => {
  const painted = columns.map((column) => ({ ...column, paint: (text: string) => `<${text}>` }));
  t.strictSame(table(painted, [{ name: 'a', n: '1' }]), ['NAME   N', '<a   >   <1>']);
});

const plain = painter({ stdout: { write: () => {} }, env: {} });
const shown = (options: Parameters<typeof columnsOf>[0], ...canaries: ReturnType<typeof canary>[]): string[] =>
  table(columnsOf(options, { now: NOW, paint: plain }), canaries.map(viewOf));

void t.test('get shows a release, and a Canary that nobody has looked at', async (t) => {
  const release = canary({ phase: 'Progressing', release: { weight: 20, failedChecks: 1 }, routed: 10 });
  t.strictSame(shown({}, release, canary()), [
    'NAME      STATUS        WEIGHT   STEP   FAILED   REVISION   LAST TRANSITION   AGE',
    'podinfo   Progressing   20       0/0    1        v2         1m20s             3d',
    'podinfo   -             0        -      0        -          -                 3d',
  ]);
});

void t.test('get -A begins with the namespace', async (t) => {
  t.match(shown({ allNamespaces: true }, canary())[1], /^prod +podinfo /);
});

void t.test('get -o wide ends with the running revision, who asked, and why, on one line', async (t) => {
  const [heading, row] = shown(
    { output: 'wide' },
    canary({ phase: 'Initialized', release: undefined, invalid: 'a\n- b' }),
  );
  t.match(heading, /AGE +RUNNING +REQUESTED BY +MESSAGE$/);
  t.match(row, /v1 +- +a - b$/);
});
