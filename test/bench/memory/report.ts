import { machine } from '../support/machine.ts';
import { line } from '../support/statistics.ts';
import { kilobytes, megabytes, ms, ratio, table } from '../support/table.ts';
import { KINDS } from './others.ts';

/** A scheduler with nothing to do. */
export interface Idle {
  apps: number;
  /** Objects of each kind that have nothing to do with Headgate. */
  others: number;
  /** After a full garbage collection. */
  liveBytes: number;
  residentBytes: number;
  /** Milliseconds of CPU in a second. */
  cpuMs: number;
  /** Requests to the API server in a second. */
  requests: number;
}

export function report(idle: readonly Idle[], addingCpuMs: number): string {
  return [
    'A scheduler with nothing to release',
    machine(),
    '',
    rows(idle),
    '',
    enrolled(idle.filter(({ others }) => others === 0)),
    unrelated(idle, addingCpuMs),
  ].join('\n');
}

function rows(idle: readonly Idle[]): string {
  const row = ({ apps, others, liveBytes, residentBytes, cpuMs, requests }: Idle): string[] => [
    String(apps),
    String(others * KINDS.length),
    megabytes(liveBytes),
    megabytes(residentBytes),
    ms(cpuMs),
    ratio(requests),
  ];
  return table([['enrolled apps', 'other objects', 'live', 'RSS', 'CPU/s', 'requests/s'], ...idle.map(row)]);
}

function enrolled(idle: readonly Idle[]): string {
  const slope = (pick: (one: Idle) => number): number =>
    line(idle.map((one): [number, number] => [one.apps, pick(one)])).slope;
  const live = kilobytes(slope(({ liveBytes }) => liveBytes));
  const resident = kilobytes(slope(({ residentBytes }) => residentBytes));
  return `  per enrolled app: ${live} live, ${resident} of RSS, ${ms(slope(({ cpuMs }) => cpuMs))} of CPU a second`;
}

function unrelated(idle: readonly Idle[], addingCpuMs: number): string {
  const after = idle.at(-1);
  const before = idle.findLast(({ others }) => others === 0);
  if (!after || !before || after.others === 0) return '';
  const count = after.others * KINDS.length;
  const bytes = (after.liveBytes - before.liveBytes) / count;
  return `  per other object (${KINDS.join(', ')}): ${kilobytes(bytes)} live, ${ms(addingCpuMs / count)} of CPU while it was made`;
}
