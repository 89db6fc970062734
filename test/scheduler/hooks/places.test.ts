import t from 'tap';
import { Places } from '../../../src/scheduler/hooks/places.ts';

const NEVER = new AbortController().signal;

/** Takes places for the keys, one after the other, and tells who got one, in order. */
function taking(places: Places) {
  const got: string[] = [];
  const take = (key: string, signal = NEVER) =>
    void places.take(key, signal).then((mine) => got.push(mine ? key : `${key} gave up`));
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  return { got, take, settled };
}

void t.test('places are given in the order in which they were asked for', async (t) => {
  const places = new Places({ all: 3, perKey: 3 });
  const { got, take, settled } = taking(places);
  for (const key of ['a', 'a', 'b', 'a', 'b', 'a']) take(key);
  await settled();
  t.same(got, ['a', 'a', 'b']);
  t.same([places.taken, places.waiting], [3, 3]);
  places.release('a');
  await settled();
  t.same(got.slice(3), ['a']);
  places.release('b');
  await settled();
  t.same(got.slice(4), ['b']);
});

void t.test('one key has no more than its part, and others pass it by', async (t) => {
  const places = new Places({ all: 10, perKey: 2 });
  const { got, take, settled } = taking(places);
  for (const key of ['a', 'a', 'a', 'a', 'b']) take(key);
  await settled();
  t.same(got, ['a', 'a', 'b']);
  places.release('a');
  await settled();
  t.same(got, ['a', 'a', 'b', 'a']);
});

void t.test('a key without a place gets one at once, though all are taken', async (t) => {
  const places = new Places({ all: 4, perKey: 4 });
  const { got, take, settled } = taking(places);
  for (const key of ['a', 'a', 'a', 'a', 'b', 'b', 'c']) take(key);
  await settled();
  t.same(got, ['a', 'a', 'a', 'a', 'b', 'c']);
  places.release('a');
  places.release('a');
  await settled();
  t.same(got, ['a', 'a', 'a', 'a', 'b', 'c'], 'four are still taken');
  places.release('a');
  await settled();
  t.same(got.at(-1), 'b');
});

void t.test('who gives up leaves the queue', async (t) => {
  const places = new Places({ all: 1, perKey: 1 });
  const { got, take, settled } = taking(places);
  const giving = new AbortController();
  take('a');
  take('a', giving.signal);
  take('a');
  giving.abort();
  await settled();
  t.same(got, ['a', 'a gave up']);
  take('b', AbortSignal.abort());
  places.release('a');
  await settled();
  t.same(got, ['a', 'a gave up', 'b gave up', 'a']);
  places.release('a');
  t.same([places.taken, places.waiting], [0, 0]);
});
