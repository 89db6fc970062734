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

/** Those that take about a minute or more, the longest first: begun late, they would run on alone. */
const LONGEST = [
  ...[
    'faults/chart-helm4',
    'faults/chart-helm3',
    'faults/stale-worker',
    'faults/unreadable',
    'faults/scheduler-killed',
  ],
  ...[
    'faults/config',
    'faults/apiserver',
    'faults/redis',
    'faults/admission',
    'faults/carrier-killed',
    'faults/canary-deleted',
  ],
  ...['faults/prometheus', 'faults/held-writes', 'faults/clocks-apart', 'faults/dashboards', 'faults/admission-outage'],
  ...[
    'good-release',
    'kept-out',
    'far-route',
    'apply-order',
    'autoscaler',
    'promotion-rolled-back',
    'measured',
    'superseded',
  ],
  ...[
    'service-ports',
    'notifications',
    'metric-templates',
    'examples',
    'cli',
    'user-routes',
    'hooks',
    'names-taken',
    'helm-app',
  ],
  ...[
    'written',
    'midway',
    'endpoints',
    'service',
    'canary-pods',
    'effects-repeated',
    'hooks-gates',
    'no-way-for-a-weight',
  ],
].map((name) => `test/cluster/${name}.test.ts`);

const longestFirst = (files: readonly string[]): string[] => [
  ...LONGEST.filter((file) => files.includes(file)),
  ...files.filter((file) => !LONGEST.includes(file)),
];

/** They measure what a Headgate with nothing else to do needs. */
const MEASURING = ['test/cluster/budget.test.ts'];

const togetherFiles = (words: readonly string[]): string[] =>
  longestFirst(testFiles(['test/cluster/*.test.ts'], [INSTALLING], words));
const rigFiles = (words: readonly string[]): string[] => testFiles(['test/rig/*.test.ts'], [], words);
const faultFiles = (words: readonly string[]): string[] =>
  longestFirst(testFiles(breaking(words), [INSTALLING], words));
const installingFiles = (words: readonly string[]): string[] =>
  longestFirst(testFiles([INSTALLING], words.length === 0 ? [LONG] : [], words));

/** One rig and the words that choose its files. Rigs of the same lane and words share them. */
export interface Trip {
  lane: Lane;
  words: readonly string[];
}

/** What is run on a rig, part by part. */
export interface Parts {
  /** Beside each other, on one Headgate. */
  together: readonly string[];
  /** On the same, one after the other and before those. */
  measuring: readonly string[];
  rig: readonly string[];
  /** Each with a Headgate of its own. */
  breaking: readonly string[];
}

export function partsOf({ lane, words }: Trip): Parts {
  const parts: Parts = { together: [], measuring: [], rig: [], breaking: [] };
  if (lane === 'installed') return { ...parts, breaking: words };
  if (lane === 'alone') return { ...parts, rig: rigFiles(words), breaking: faultFiles(words) };
  const [together, measuring] = [false, true].map((isMeasuring) =>
    togetherFiles(words).filter((file) => MEASURING.includes(file) === isMeasuring),
  );
  return { ...parts, together: together ?? [], measuring: measuring ?? [] };
}

/** So few files are not worth a second rig. */
const FEW = { together: 8, alone: 4 };

function rigsOf(lane: keyof typeof FEW, words: readonly string[]): Trip[] {
  const count = Object.values(partsOf({ lane, words })).flat().length;
  return Array.from({ length: count > FEW[lane] ? 2 : Math.min(count, 1) }, () => ({ lane, words }));
}

/**
 * The rigs of a run, in the order in which they are brought up: whoever is done with one takes the next. Files that install want a rig to
 * themselves, so they begin early; the second rigs share what is left.
 */
export function tripsOf(words: readonly string[]): Trip[] {
  const [together, alone] = [rigsOf('together', words), rigsOf('alone', words)];
  const byStory = Map.groupBy(installingFiles(words), (file) => file.replace(/chart-helm\d/, 'chart-helm'));
  const installed = [...byStory.values()].map((files) => ({ lane: 'installed', words: files }) as const);
  return [...together.slice(0, 1), ...alone.slice(0, 1), ...installed, ...alone.slice(1), ...together.slice(1)];
}
