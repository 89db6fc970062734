import t from 'tap';
import { testFiles } from './files.ts';
import { faultFiles, rigFiles, sharedFiles, type Trip, tripsOf } from './lanes.ts';

const ON_THE_RIG = ['test/cluster/**/*.test.ts', 'test/rig/**/*.test.ts'];
const BY_WORDS_ALONE = ['test/cluster/long/**', 'test/cluster/image/**'];

/** As a trip's rig chooses them. */
const filesOf = ({ lane, words }: Trip): readonly string[] =>
  ({ together: sharedFiles(words), alone: [...rigFiles(words), ...faultFiles(words)], installed: words })[lane];

t.test('each file of the rig is run once, but for those that are chosen by words alone', async (t) => {
  const chosen = tripsOf([]).flatMap(filesOf);
  t.same(chosen.toSorted(), testFiles(ON_THE_RIG, BY_WORDS_ALONE, []));
});

t.test('what breaks things is divided between two rigs, and a few files of it are not', async (t) => {
  const rigs = (words: string[]): number => tripsOf(words).filter(({ lane }) => lane === 'alone').length;
  t.equal(rigs([]), 2);
  t.equal(rigs(['faults/redis', 'faults/prometheus']), 1);
});

t.test('words choose files of any lane', async (t) => {
  const words = ['good-release', 'faults/redis', 'chart-namespaced', 'long/chart-'];
  const chosen = tripsOf(words).flatMap(filesOf);
  const paths = testFiles(ON_THE_RIG, [], words);
  t.ok(paths.length > words.length - 1);
  t.same(chosen.toSorted(), paths);
});
