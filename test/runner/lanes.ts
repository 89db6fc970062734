import { testFiles } from './files.ts';

/**
 * What one rig is brought up for. `together`: the rig's own tests, and files that share one Headgate, side by side. `alone`:
 * files that break things, one after the other, each with a Headgate of its own. `installed`: a file that installs Headgate
 * itself, so that it wants a rig on which nobody did before.
 */
export const LANES = ['together', 'alone', 'installed'] as const;
export type Lane = (typeof LANES)[number];

export const isLane = (word: string | undefined): word is Lane => LANES.some((lane) => lane === word);

/** Long and rare, and what wants an image: chosen by words alone. */
const LONG = 'test/cluster/{long,image}/*.test.ts';
const INSTALLING = 'test/cluster/{announcement,faults/chart-*,long/chart-*,image/*}.test.ts';

const breaking = (words: readonly string[]): string[] =>
  words.length === 0 ? ['test/cluster/faults/*.test.ts'] : ['test/cluster/faults/*.test.ts', LONG];

export const sharedFiles = (words: readonly string[]): string[] =>
  testFiles(['test/cluster/*.test.ts'], [INSTALLING], words);
export const rigFiles = (words: readonly string[]): string[] => testFiles(['test/rig/*.test.ts'], [], words);
export const faultFiles = (words: readonly string[]): string[] => testFiles(breaking(words), [INSTALLING], words);
const installingFiles = (words: readonly string[]): string[] =>
  testFiles([INSTALLING], words.length === 0 ? [LONG] : [], words);

/** One rig and the words that choose its files. */
export interface Trip {
  lane: Lane;
  words: readonly string[];
}

/** The rigs of a run, the longest first: whoever is done with one takes the next. */
export function tripsOf(words: readonly string[]): Trip[] {
  const together = [...rigFiles(words), ...sharedFiles(words)].length > 0 ? [{ lane: 'together', words } as const] : [];
  const alone = faultFiles(words).length > 0 ? [{ lane: 'alone', words } as const] : [];
  const installed = installingFiles(words).map((file) => ({ lane: 'installed', words: [file] }) as const);
  return [...alone, ...together, ...installed];
}
