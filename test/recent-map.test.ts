import t from 'tap';
import { RecentMap } from '../src/recent-map.ts';

/** What is set in a map of two entries, and what it then has, in order. */
const TABLE: Record<string, [set: [string, number][], has: [string, number][]]> = {
  'what was set last is kept': [
    [
      ['a', 1],
      ['b', 2],
      ['c', 3],
    ],
    [
      ['b', 2],
      ['c', 3],
    ],
  ],
  'an entry that is set again is a new one, and takes no place': [
    [
      ['a', 1],
      ['b', 2],
      ['a', 3],
      ['c', 4],
    ],
    [
      ['a', 3],
      ['c', 4],
    ],
  ],
};

for (const [what, [set, has]] of Object.entries(TABLE)) {
  const map = new RecentMap<string, number>(2);
  for (const [key, value] of set) map.set(key, value);
  t.same([...map], has, what);
}

t.test('reading keeps nothing', async (t) => {
  const map = new RecentMap<string, number>(1);
  map.set('a', 1);
  t.equal(map.get('a'), 1);
  map.set('b', 2);
  t.equal(map.has('a'), false);
});
