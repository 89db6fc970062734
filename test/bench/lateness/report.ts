import { countOf, histogramQuantile, shareUpTo } from '../support/histogram.ts';
import { machine } from '../support/machine.ts';
import { line, quantile } from '../support/statistics.ts';
import { kilobytes, megabytes, ms, percent, ratio, table } from '../support/table.ts';
import type { Plateau } from './plateau.ts';

export interface Measured {
  plateau: Plateau;
  /** From due to the commit of the outcome, ms. */
  commits: readonly number[];
  /** From weight to weight less the interval, ms. */
  weights: readonly number[];
}

const BUDGET_SECONDS = 0.25;

export function report(measured: readonly Measured[], intervalMs: number): string {
  const plateaus = measured.map(({ plateau }) => plateau);
  return [
    `Releases side by side, a step every ${intervalMs / 1_000} s each`,
    machine(),
    '',
    `Lateness of steps (budget: p99 ≤ ${BUDGET_SECONDS * 1_000} ms from due to the start of the tick)`,
    lateness(measured.filter(({ plateau }) => plateau.releases > 0)),
    '',
    'What the scheduler uses',
    usage(plateaus),
    '',
    growth(plateaus),
  ].join('\n');
}

function lateness(measured: readonly Measured[]): string {
  const two = (values: readonly number[]): string[] => [ms(quantile(values, 0.5)), ms(quantile(values, 0.99))];
  const row = ({ plateau: { releases, lateness: histogram, busy }, commits, weights }: Measured): string[] => [
    String(releases),
    String(countOf(histogram)),
    ms(histogramQuantile(histogram, 0.5) * 1_000),
    ms(histogramQuantile(histogram, 0.99) * 1_000),
    percent(shareUpTo(histogram, BUDGET_SECONDS)),
    String(commits.length),
    ...two(commits),
    ...two(weights),
    percent(busy),
  ];
  const head = [
    'releases',
    'ticks',
    'tick p50',
    'p99',
    `≤ ${BUDGET_SECONDS} s`,
    'steps',
    'commit p50',
    'p99',
    'weight p50',
    'p99',
    'machine busy',
  ];
  return table([head, ...measured.map(row)]);
}

function usage(plateaus: readonly Plateau[]): string {
  const row = (plateau: Plateau): string[] => {
    const { releases, seconds, cpuMs, residentBytes, liveBytes, ticks, apiRequests, apiServerMs } = plateau;
    const each = (value: number): string => (releases > 0 ? ratio(value / releases / seconds) : '-');
    return [
      String(releases),
      percent(cpuMs / 1_000 / seconds),
      megabytes(residentBytes),
      megabytes(liveBytes),
      ratio(ticks / seconds),
      each(ticks * 10),
      each(apiRequests * 10),
      ticks > 0 ? ms(cpuMs / ticks) : '-',
      percent(apiServerMs / 1_000 / seconds),
    ];
  };
  const head = [
    'releases',
    'CPU of a core',
    'RSS',
    'live',
    'ticks/s',
    'ticks/release/10 s',
    'requests/release/10 s',
    'CPU/tick',
    'API server, etcd',
  ];
  return table([head, ...plateaus.map(row)]);
}

/** The nearest straight line, and how far the worst point is from it. */
function growth(plateaus: readonly Plateau[]): string {
  const straight = (name: string, pick: (plateau: Plateau) => number, show: (value: number) => string): string => {
    const points = plateaus.map((plateau): [number, number] => [plateau.releases, pick(plateau)]);
    const { slope, start } = line(points);
    const most = Math.max(...points.map(([, y]) => y));
    const off = Math.max(...points.map(([x, y]) => Math.abs(y - start - slope * x))) / most;
    return `  ${name}: ${show(start)} + ${show(slope)} a release; the worst point is ${percent(off)} of the largest off the line`;
  };
  return [
    straight('CPU per second', ({ cpuMs, seconds }) => cpuMs / seconds, ms),
    straight('live memory', ({ liveBytes }) => liveBytes, kilobytes),
  ].join('\n');
}
