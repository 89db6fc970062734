import { testFiles } from './files.ts';

/**
 * What one rig is brought up for. `together`: files that share one Headgate, side by side. `alone`: the rig's own tests,
 * and files that break things, one after the other, each with a Headgate of its own. `installed`: a file that installs Headgate
 * itself, so that it wants a rig on which nobody did before, or one that tells the same story and leaves it as it was.
 */
export const LANES = ['together', 'alone', 'installed'] as const;
export type Lane = (typeof LANES)[number];

export const isLane = (word: string | undefined): word is Lane => LANES.some((lane) => lane === word);

/** Long and rare, and what wants an image: chosen by words alone. */
const LONG = 'test/cluster/{long,image}/*.test.ts';
const INSTALLING = 'test/cluster/{announcement,faults/chart-*,long/chart-*,image/*}.test.ts';

const breaking = (words: readonly string[]): string[] =>
  words.length === 0 ? ['test/cluster/faults/*.test.ts'] : ['test/cluster/faults/*.test.ts', LONG];

/** Those that take about a minute and a half or more, the longest first: begun late, they would run on alone. */
const LONGEST = [
  ...['faults/chart-helm4', 'faults/chart-helm3', 'faults/config', 'faults/apiserver', 'faults/unreadable'],
  ...['notifications', 'superseded', 'service-ports', 'effects-repeated', 'cli', 'midway', 'names-taken'],
].map((name) => `test/cluster/${name}.test.ts`);

const longestFirst = (files: readonly string[]): string[] => [
  ...LONGEST.filter((file) => files.includes(file)),
  ...files.filter((file) => !LONGEST.includes(file)),
];

export const sharedFiles = (words: readonly string[]): string[] =>
  longestFirst(testFiles(['test/cluster/*.test.ts'], [INSTALLING], words));
export const rigFiles = (words: readonly string[]): string[] => testFiles(['test/rig/*.test.ts'], [], words);
export const faultFiles = (words: readonly string[]): string[] =>
  longestFirst(testFiles(breaking(words), [INSTALLING], words));
const installingFiles = (words: readonly string[]): string[] =>
  longestFirst(testFiles([INSTALLING], words.length === 0 ? [LONG] : [], words));

/** So few files that break things are not worth a second rig. */
const FEW = 4;

/** One rig and the words that choose its files. */
export interface Trip {
  lane: Lane;
  words: readonly string[];
}

/** The rigs of a run, the longest first: whoever is done with one takes the next. */
export function tripsOf(words: readonly string[]): Trip[] {
  const together = sharedFiles(words).length > 0 ? [{ lane: 'together', words } as const] : [];
  const alone = dealt(rigFiles(words), faultFiles(words)).map((files) => ({ lane: 'alone', words: files }) as const);
  const byStory = Map.groupBy(installingFiles(words), (file) => file.replace(/chart-helm\d/, 'chart-helm'));
  const installed = [...byStory.values()].map((files) => ({ lane: 'installed', words: files }) as const);
  return [...together, ...alone, ...installed];
}

/** For one rig after the other, or for two. */
function dealt(ofRig: readonly string[], breaking: readonly string[]): string[][] {
  const all = [...ofRig, ...breaking];
  if (breaking.length <= FEW) return all.length > 0 ? [all] : [];
  const [one, other] = [0, 1].map((rig) => breaking.filter((_, index) => index % 2 === rig));
  return [[...(one ?? [])], [...ofRig, ...(other ?? [])]];
}
