import { formatDuration, parseDuration } from '../../rollout/spec/schema/durations.ts';
import type { Convert } from './field-table.ts';

type Fits = (value: unknown) => boolean;

export const isOneOf =
  (...values: readonly unknown[]): Fits =>
  (value) =>
    values.includes(value);

export const isOff = isOneOf(false, 0, '');

const asIs: Convert = (value) => ({ value });

/** What becomes of a value that fits, and of every other. */
export const when =
  (fits: Fits, becomes: Convert, otherwise: Convert = asIs): Convert =>
  (value, spec) =>
    (fits(value) ? becomes : otherwise)(value, spec);

/** Another value in its place. */
export const written =
  (value: unknown, note?: string): Convert =>
  () => ({ value, ...(note !== undefined && { note }) });

/** The same value in another place, which the row names. */
export const moved =
  (note: string): Convert =>
  (value) => ({ value, note });

/** Nothing: who sees the field beside others writes what it means. */
export const elsewhere: Convert = () => ({});

const UNITS: Readonly<Record<string, number>> = {
  h: 3_600_000,
  m: 60_000,
  s: 1_000,
  ms: 1,
  us: 1e-3,
  µs: 1e-3,
  ns: 1e-6,
};
const PART = /(\d+(?:\.\d*)?|\.\d+)(h|ms|m|s|us|µs|ns)/y;

/** Milliseconds of a duration as Go writes it, such as `1m30s` or `1.5h`; undefined for what is none. */
export function goMilliseconds(value: unknown): number | undefined {
  if (typeof value !== 'string' || value === '') return undefined;
  let total = 0;
  let at = 0;
  while (at < value.length) {
    PART.lastIndex = at;
    const [part, count, unit = ''] = PART.exec(value) ?? [];
    if (part === undefined) return undefined;
    total += Number(count) * (UNITS[unit] ?? 0);
    at += part.length;
  }
  return Math.round(total);
}

/** The same duration in Headgate's grammar: as it was written where both read it alike. */
export function asHeadgates(value: unknown): string | undefined {
  const milliseconds = goMilliseconds(value);
  if (milliseconds === undefined) return undefined;
  return parseDuration(String(value)) === milliseconds ? String(value) : formatDuration(milliseconds);
}

/** What cannot be read is left as it is, for Headgate's own check to name. */
export const goDuration: Convert = (value) => ({ value: asHeadgates(value) ?? value });

const DAY_UNITS: Readonly<Record<string, number>> = { d: 24, w: 168 };

/** The window of a query, in Prometheus' grammar, which has days and weeks too. */
export const metricWindow: Convert = (value, spec) => {
  const [, count, unit = ''] = typeof value === 'string' ? (/^(\d+)([dw])$/.exec(value) ?? []) : [];
  return count === undefined ? goDuration(value, spec) : { value: `${Number(count) * (DAY_UNITS[unit] ?? 0)}h` };
};
