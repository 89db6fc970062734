import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { OutputTail } from '../../src/loadtester/output-tail.ts';
import { findPrograms } from '../../src/loadtester/programs.ts';

const tailOf = (limit: number, ...chunks: string[]): string => {
  const tail = new OutputTail(limit);
  for (const chunk of chunks) tail.add(Buffer.from(chunk));
  return tail.text();
};

void t.test('of an output the end is kept, and what is missing is said', async (t) => {
  t.equal(tailOf(8), '');
  t.equal(tailOf(8, 'abc', 'defgh'), 'abcdefgh');
  t.equal(tailOf(8, 'abc', 'defgh', 'i'), '… 1 bytes before this are left out\nbcdefghi');
  t.equal(tailOf(8, 'x'.repeat(100), 'ab'), '… 94 bytes before this are left out\nxxxxxxab');
  t.equal(tailOf(4, ...'a b c d e f g h i j'.split(' ')), '… 6 bytes before this are left out\nghij');
});

void t.test('an output is not cut within a character, and need not be text', async (t) => {
  t.equal(tailOf(4, 'aé日'), '… 2 bytes before this are left out\n日', 'half an é is not shown');
  const tail = new OutputTail(8);
  for (let count = 0; count < 20; count++) tail.add(Buffer.from([0x80]));
  t.match(tail.text(), /^… 12 bytes/);
});

void t.test('programs are found in the order of the path, and only what can be run', async (t) => {
  const root = mkdtempSync(join(tmpdir(), 'headgate-programs-'));
  t.teardown(() => rmSync(root, { recursive: true }));
  const [first, second] = [join(root, 'first'), join(root, 'second')];
  for (const directory of [first, second]) mkdirSync(directory);
  mkdirSync(join(first, 'hey'));
  writeFileSync(join(first, 'wrk'), '', { mode: 0o644 });
  for (const name of ['hey', 'wrk', 'curl']) writeFileSync(join(second, name), '', { mode: 0o755 });
  const found = await findPrograms(
    ['hey', 'wrk', 'k6', join(second, 'curl'), join(first, 'curl')],
    `${first}:relative::${second}`,
  );
  t.same(Object.fromEntries(found), {
    hey: join(second, 'hey'),
    wrk: join(second, 'wrk'),
    k6: undefined,
    [join(second, 'curl')]: join(second, 'curl'),
    [join(first, 'curl')]: undefined,
  });
});
