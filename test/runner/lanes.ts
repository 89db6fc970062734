import { testFiles } from './files.ts';

/** The cluster tests run in two lanes, each with a rig of its own, of about the same length. */
export const LANES = ['together', 'alone'] as const;
export type Lane = (typeof LANES)[number];

export const isLane = (word: string | undefined): word is Lane => LANES.some((lane) => lane === word);

/** Files that share one Headgate, side by side. */
export const sharedFiles = (words: readonly string[]): string[] => testFiles(['test/cluster/*.test.ts'], [], words);

/** The rig's own tests. */
export const rigFiles = (words: readonly string[]): string[] => testFiles(['test/rig/*.test.ts'], [], words);

const FAULTS = 'test/cluster/faults/*.test.ts';
/** These break things too, but are run in the shorter lane. */
const IN_THE_SHORTER = 'test/cluster/faults/chart-*.test.ts';

/** Files that break things, so that each has a rig, and a Headgate of its own, to itself. */
export const faultFiles = (lane: Lane, words: readonly string[]): string[] =>
  lane === 'together' ? testFiles([IN_THE_SHORTER], [], words) : testFiles([FAULTS], [IN_THE_SHORTER], words);

export const filesOf = (lane: Lane, words: readonly string[]): string[] =>
  lane === 'together'
    ? [...rigFiles(words), ...sharedFiles(words), ...faultFiles(lane, words)]
    : faultFiles(lane, words);
