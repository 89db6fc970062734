import t from 'tap';
import { faultFiles, rigFiles, sharedFiles, tripsOf } from './lanes.ts';

const filesOf = (words: readonly string[]): string[] =>
  tripsOf(words).flatMap((trips) =>
    trips.flatMap(({ lane, words: chosen }) => {
      if (lane === 'together') return [...rigFiles(chosen), ...sharedFiles(chosen)];
      return lane === 'alone' ? faultFiles(chosen) : chosen;
    }),
  );

void t.test('every cluster test has exactly one rig', async (t) => {
  const files = filesOf([]);
  t.ok(files.includes('test/cluster/faults/chart-helm4.test.ts'), 'those that install Headgate too');
  t.ok(files.includes('test/cluster/faults/admission.test.ts'), 'those that break it too');
  t.same(files.length, new Set(files).size, 'none has two');
  t.same(tripsOf([]).length, 3, 'three rigs at a time');
});

void t.test('a word chooses its files alone', async (t) => {
  t.same(filesOf(['faults/redis']), ['test/cluster/faults/redis.test.ts']);
  t.same(tripsOf(['faults/redis']).length, 1);
});
