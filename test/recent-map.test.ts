import t from 'tap';
import { RecentMap } from '../src/recent-map.ts';

t.test('what was set last is kept, in that order', async (t) => {
  const map = new RecentMap<string, number>(2);
  map.set('a', 1).set('b', 2).set('c', 3);
  t.same(
    [...map],
    [
      ['b', 2],
      ['c', 3],
    ],
  );
});

t.test('an entry that is set again is a new one, and takes no place', async (t) => {
  const map = new RecentMap<string, number>(2);
  map.set('a', 1).set('b', 2).set('a', 3).set('c', 4);
  t.same(
    [...map],
    [
      ['a', 3],
      ['c', 4],
    ],
  );
});

t.test('reading keeps nothing', async (t) => {
  const map = new RecentMap<string, number>(1);
  map.set('a', 1);
  t.equal(map.get('a'), 1);
  map.set('b', 2);
  t.equal(map.has('a'), false);
});
