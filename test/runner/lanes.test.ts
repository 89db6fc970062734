import t from 'tap';
import { testFiles } from './files.ts';
import { type Lane, partsOf, type Trip, tripsOf } from './lanes.ts';

const ON_THE_RIG = ['test/cluster/**/*.test.ts', 'test/rig/**/*.test.ts'];
const BY_WORDS_ALONE = ['test/cluster/long/**', 'test/cluster/image/**'];

const filesOf = (trip: Trip): readonly string[] => Object.values(partsOf(trip)).flat();

/** Rigs of the same lane work through the same files, but for those of which each has its own. */
const chosenBy = (words: string[]): string[] => {
  const trips = tripsOf(words);
  const files = trips.filter(({ lane }) => lane === 'installed').flatMap(filesOf);
  const shared = (['together', 'alone'] as const).flatMap((wanted) => trips.find(({ lane }) => lane === wanted) ?? []);
  return [...files, ...shared.flatMap(filesOf)].toSorted();
};

t.test('each file of the rig is run once, but for those that are chosen by words alone', async (t) => {
  t.same(chosenBy([]), testFiles(ON_THE_RIG, BY_WORDS_ALONE, []));
});

t.test('two rigs share what is side by side, and two what breaks things; a few files have one', async (t) => {
  const rigs = (words: string[], wanted: Lane): number => tripsOf(words).filter(({ lane }) => lane === wanted).length;
  t.same([rigs([], 'together'), rigs([], 'alone')], [2, 2]);
  t.equal(rigs(['faults/redis', 'faults/prometheus'], 'alone'), 1);
  t.same([rigs(['good-release'], 'together'), rigs(['good-release'], 'alone')], [1, 0]);
});

t.test('words choose files of any lane', async (t) => {
  const words = ['good-release', 'faults/redis', 'chart-namespaced', 'long/chart-'];
  const paths = testFiles(ON_THE_RIG, [], words);
  t.ok(paths.length > words.length - 1);
  t.same(chosenBy(words), paths);
});
