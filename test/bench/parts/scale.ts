import { exponent } from '../table/growth.ts';
import type { Row, Target } from '../table/row.ts';
import { type Job, measured, type Part, type Turn } from './part.ts';

interface Sizes {
  releases: readonly number[];
  idle: readonly number[];
  schedulers: readonly number[];
}

const WHOLE: Sizes = { releases: [1_000, 2_000, 5_000], idle: [1_000, 3_000, 10_000], schedulers: [1, 2] };
const QUICK: Sizes = { releases: [50, 100, 200], idle: [], schedulers: [1] };

const IDLE = 'idle apps';
const jobName = (schedulers: number): string => (schedulers === 1 ? 'one scheduler' : `${schedulers} schedulers`);

/** What is told of a size, and what grows with it. */
const MEASURES: readonly (readonly [measure: string, words: string, unit: string])[] = [
  ['memory', 'memory of a scheduler', 'MiB'],
  ['CPU', 'CPU of all schedulers', '% of a core'],
  ['connections', 'connections of a scheduler', ''],
  ['requests', 'API requests per second', ''],
  ['lateness p99', 'lateness of a tick, p99', 's'],
];
const RESTART: typeof MEASURES = [
  ['start to ready', 'a killed scheduler, from its start to ready', 's'],
  ['start to first tick', 'a killed scheduler, from its start to its first tick', 's'],
  ['lateness after a restart', 'lateness of a tick from 10 s after that on, p99', 's'],
  ['earliest step', 'by how much a step came too early', 's'],
];

/** Of one scheduler with 2,000 releases under way, and of one with 10,000 idle apps. */
const TARGETS: Readonly<Record<number, Readonly<Record<string, Target>>>> = {
  2_000: {
    memory: { value: 350 },
    CPU: { value: 100 },
    connections: { value: 50 },
    'lateness p99': { value: 1 },
    'lateness after a restart': { value: 1 },
    'earliest step': { value: 0.1 },
  },
  10_000: { memory: { value: 400 } },
};

export function scale(quick: boolean): Part {
  const { releases, idle, schedulers } = quick ? QUICK : WHOLE;
  const interval = quick ? 10 : 30;
  const seconds = quick ? 10 : 60;
  const most = Math.max(...releases, ...idle);
  const job = (name: string, ...args: string[]): Job => ({
    name,
    program: 'scale.ts',
    args: [...args, '--interval', String(interval), '--seconds', String(seconds)],
    rig: [],
    minutes: 10 + most / 25,
  });
  return {
    title: 'Many at once',
    about: `Releases under way side by side with a step every ${interval} s, spread evenly; the exponent is 1 where twice as many cost twice as much.`,
    turns: 1,
    jobs: [
      ...schedulers.map((count) => job(jobName(count), '--schedulers', String(count), '--releases', releases.join())),
      ...(idle.length > 0 ? [job(IDLE, '--idle', idle.join())] : []),
    ],
    rows: (turns) => [
      ...schedulers.flatMap((count) => rows(turns, jobName(count), releases, 'releases')),
      ...(idle.length > 0 ? rows(turns, IDLE, idle, 'idle apps') : []),
    ],
  };
}

function rows(turns: readonly Turn[], job: string, levels: readonly number[], things: string): Row[] {
  const most = Math.max(...levels);
  const restarts = things === 'releases' ? RESTART : [];
  const measures = things === 'releases' ? MEASURES : MEASURES.slice(0, -1);
  const at = (level: number, [measure, words, unit]: (typeof MEASURES)[number]): Row => {
    const target = job === jobName(2) ? undefined : TARGETS[level]?.[measure];
    const what = `${level} ${things}, ${job === IDLE ? 'one scheduler' : job}: ${words}`;
    return { what, unit, values: measured(turns, job, `${level}: ${measure}`), ...(target && { target }) };
  };
  const growth = ([measure, words]: (typeof MEASURES)[number]): Row => ({
    what: `${levels[0]} to ${most} ${things}, ${job === IDLE ? 'one scheduler' : job}: exponent of ${words}`,
    unit: '',
    values: turns.map((turn) =>
      exponent(levels.map((level) => [level, turn[job]?.[`${level}: ${measure}`] ?? Number.NaN])),
    ),
  });
  return [
    ...levels.flatMap((level) => [...measures, ...restarts].map((measure) => at(level, measure))),
    ...measures.slice(0, 4).map(growth),
  ];
}
