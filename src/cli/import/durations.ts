import { formatDuration } from '../../rollout/spec/schema/durations.ts';
import type { Conversion } from './field.ts';
import { asHeadgates, goMilliseconds } from './go-duration.ts';

const LEAST_INTERVAL = 10_000;

/** Time between checks. Flagger takes what it cannot read for a minute, and never ticks faster than every ten seconds. */
export function analysisInterval(value: unknown): Conversion {
  const milliseconds = typeof value === 'string' ? goMilliseconds(value) : undefined;
  if (milliseconds === undefined) {
    return { value: '1m', note: 'is no duration, for which Flagger takes a minute: 1m is written' };
  }
  if (milliseconds < LEAST_INTERVAL) {
    return { value: formatDuration(LEAST_INTERVAL), note: 'is raised to 10s by Flagger: 10s is written' };
  }
  return { value: asHeadgates(String(value)) };
}

/** Of a call or a request. What cannot be read is left as it is, for Headgate's own check to name. */
export const timeLimit = (value: unknown): Conversion => ({
  value: typeof value === 'string' ? (asHeadgates(value) ?? value) : value,
});

const DAY_UNITS: Readonly<Record<string, number>> = { d: 24, w: 168 };

/** The window of a query, in Prometheus' grammar, which has days and weeks too. */
export function metricWindow(value: unknown): Conversion {
  const [, count, unit = ''] = typeof value === 'string' ? (/^(\d+)([dw])$/.exec(value) ?? []) : [];
  if (count !== undefined) return { value: `${Number(count) * (DAY_UNITS[unit] ?? 0)}h` };
  return timeLimit(value);
}

/** Of a webhook: Flagger takes ten seconds where hardly anything is written. */
export const callTimeout = (value: unknown): Conversion =>
  typeof value === 'string' && value.length < 2
    ? { note: 'is too short to be a duration, for which Flagger takes 10s, as Headgate does when it is left out' }
    : timeLimit(value);
