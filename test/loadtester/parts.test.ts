import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { OutputTail } from '../../src/loadtester/output-tail.ts';
import { findPrograms } from '../../src/loadtester/programs.ts';
import { Slots } from '../../src/loadtester/slots.ts';

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

void t.test('places are given in the order of asking, and no more than there are', async (t) => {
  const slots = new Slots(1, 2);
  const { signal } = new AbortController();
  const order: string[] = [];
  const take = (name: string) => slots.take(signal)?.then((mine) => order.push(`${name} ${mine}`));
  t.ok(take('a'));
  t.ok(take('b'));
  t.ok(take('c'));
  t.equal(take('d'), undefined, 'the queue is full');
  await new Promise(setImmediate);
  t.same([order, slots.taken, slots.waiting], [['a true'], 1, 2]);
  slots.release();
  slots.release();
  slots.release();
  await new Promise(setImmediate);
  t.same([order, slots.taken, slots.waiting], [['a true', 'b true', 'c true'], 0, 0]);
});

void t.test('who stops waiting makes room and gets no place', async (t) => {
  const slots = new Slots(1, 1);
  const stays = new AbortController();
  const leaves = new AbortController();
  t.equal(await slots.take(stays.signal), true);
  const left = slots.take(leaves.signal);
  leaves.abort();
  t.equal(await left, false);
  const next = slots.take(stays.signal);
  slots.release();
  t.equal(await next, true);
  t.equal(slots.taken, 1);
  t.equal(await slots.take(leaves.signal), false, 'nor does who left before');
});
