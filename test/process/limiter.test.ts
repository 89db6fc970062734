import t from 'tap';
import { Limiter } from '../../src/process/limiter.ts';

const settled = () => new Promise((resolve) => setImmediate(resolve));

/** Acquires places for the keys, one after the other, and tells what came of it, in order. */
function acquiring(limiter: Limiter) {
  const got: string[] = [];
  const acquire = (key: string, signal?: AbortSignal) =>
    void limiter.acquire(key, signal)?.then((admitted) => got.push(admitted ? key : `${key} gave up`));
  return { got, acquire };
}

void t.test('places are given in the order of asking, and no more than there are', async (t) => {
  const limiter = new Limiter({ total: 3 });
  const { got, acquire } = acquiring(limiter);
  for (const key of ['a', 'a', 'b', 'a', 'b', 'a']) acquire(key);
  await settled();
  t.same(got, ['a', 'a', 'b']);
  t.same([limiter.held(), limiter.held('a'), limiter.waiting(), limiter.waiting('a')], [3, 2, 3, 2]);
  limiter.release('a');
  await settled();
  t.same(got.slice(3), ['a']);
  limiter.release('b');
  await settled();
  t.same(got.slice(4), ['b']);
});

void t.test('one key holds no more than its part, and others pass it by', async (t) => {
  const limiter = new Limiter({ total: 10, perKey: 2 });
  const { got, acquire } = acquiring(limiter);
  for (const key of ['a', 'a', 'a', 'a', 'b']) acquire(key);
  await settled();
  t.same(got, ['a', 'a', 'b']);
  limiter.release('a');
  await settled();
  t.same(got, ['a', 'a', 'b', 'a']);
});

void t.test('where the first place is guaranteed, a key without one gets it though all are taken', async (t) => {
  const limiter = new Limiter({ total: 4, perKey: 4, guaranteeFirst: true });
  const { got, acquire } = acquiring(limiter);
  for (const key of ['a', 'a', 'a', 'a', 'b', 'b', 'c']) acquire(key);
  await settled();
  t.same(got, ['a', 'a', 'a', 'a', 'b', 'c']);
  limiter.release('a');
  limiter.release('a');
  await settled();
  t.same(got, ['a', 'a', 'a', 'a', 'b', 'c'], 'four are still held');
  limiter.release('a');
  await settled();
  t.same(got.at(-1), 'b');
});

void t.test('where it is not, the total holds for every key', async (t) => {
  const limiter = new Limiter({ total: 1 });
  const { got, acquire } = acquiring(limiter);
  for (const key of ['a', 'b']) acquire(key);
  await settled();
  t.same(got, ['a']);
  limiter.release('a');
  await settled();
  t.same(got, ['a', 'b']);
});

void t.test('the queue of a key has its limit', async (t) => {
  const limiter = new Limiter({ perKey: 1, queuePerKey: 2 });
  const { got, acquire } = acquiring(limiter);
  for (const key of ['a', 'a', 'a']) acquire(key);
  t.equal(limiter.acquire('a'), undefined, 'it is full');
  t.ok(limiter.acquire('b'), 'that of another key is not');
  await settled();
  t.same([got, limiter.held('a'), limiter.waiting('a')], [['a'], 1, 2]);
  for (let count = 0; count < 3; count += 1) limiter.release('a');
  await settled();
  t.same([got, limiter.held('a'), limiter.waiting('a')], [['a', 'a', 'a'], 0, 0]);
});

void t.test('who gives up leaves the queue, makes room in it, and gets no place', async (t) => {
  const limiter = new Limiter({ perKey: 1, queuePerKey: 1 });
  const { got, acquire } = acquiring(limiter);
  const giving = new AbortController();
  acquire('a');
  acquire('a', giving.signal);
  t.equal(limiter.acquire('a'), undefined);
  giving.abort();
  acquire('a');
  await settled();
  t.same(got, ['a', 'a gave up']);
  acquire('b', AbortSignal.abort());
  limiter.release('a');
  await settled();
  t.same(got, ['a', 'a gave up', 'b gave up', 'a']);
  limiter.release('a');
  t.same([limiter.held(), limiter.waiting()], [0, 0]);
});

void t.test('work is run with a place, which it gives back also when it fails', async (t) => {
  const limiter = new Limiter({ perKey: 1, queuePerKey: 0 });
  await t.rejects(limiter.run('a', () => Promise.reject(new Error('broken'))));
  const { promise, resolve } = Promise.withResolvers<number>();
  const first = limiter.run('a', () => promise);
  t.equal(await limiter.run('a', async () => 2), undefined, 'it is not run without a place');
  t.equal(await limiter.run('b', async () => 3), 3);
  resolve(1);
  t.equal(await first, 1);
  t.equal(await limiter.run('a', async () => 4), 4);
});
