import t from 'tap';
import { extraPodSeconds, firstWeights, latenesses, since } from './times.ts';

const SECOND = 1_000;
const weights = (...list: readonly (readonly [second: number, weight: number])[]) =>
  list.map(([second, weight]) => ({ at: second * SECOND, weight }));

t.test('the time to what came is of those to which it came', async (t) => {
  const changes = new Map([
    ['a', 0],
    ['b', 2 * SECOND],
    ['c', 3 * SECOND],
  ]);
  t.same(
    since(
      changes,
      new Map([
        ['a', 5 * SECOND],
        ['b', 3 * SECOND],
        ['d', 1],
      ]),
    ),
    [5, 1],
  );
});

t.test('the first weight is the first above none', async (t) => {
  const seen = new Map([
    ['a', weights([1, 0], [2, 10], [3, 20])],
    ['b', weights([1, 0])],
  ]);
  t.same([...firstWeights(seen)], [['a', 2 * SECOND]]);
});

t.test('a step is late by what is beyond the interval since the one before', async (t) => {
  const seen = new Map([
    ['a', weights([0, 0], [5, 10], [15, 20], [26, 30], [36, 0])],
    ['b', weights([0, 50], [10, 100])],
  ]);
  t.same(latenesses(seen, 10 * SECOND), [0, 1], 'the way back and promotion are no steps');
});

t.test('pod-seconds beyond the size of the app are those of the canary and of a surge', async (t) => {
  const pod = (from: number, to: number) => ({ key: 'a', image: '', from: from * SECOND, to: to * SECOND });
  const stable = [pod(-100, 20), pod(-100, Infinity)];
  const of = (...more: ReturnType<typeof pod>[]): number => extraPodSeconds([...stable, ...more], 2, 0, 30 * SECOND);
  t.equal(of(pod(20, Infinity)), 0, 'one pod takes the place of another at once');
  t.equal(of(pod(15, Infinity)), 5, 'it starts five seconds before');
  t.equal(of(pod(20, Infinity), pod(5, 25)), 20, 'a canary');
  t.equal(of(pod(20, Infinity), pod(-50, -10)), 0, 'one that was gone before');
});
