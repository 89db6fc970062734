import { formatDuration, parseDuration } from '../../rollout/spec/schema/durations.ts';

const UNITS: Readonly<Record<string, number>> = {
  h: 3_600_000,
  m: 60_000,
  s: 1_000,
  ms: 1,
  us: 1e-3,
  µs: 1e-3,
  ns: 1e-6,
};
const PART = /(\d+\.?\d*|\.\d+)(h|ms|m|s|us|µs|ns)/y;

/** Milliseconds of a duration as Go writes it, such as `1m30s` or `1.5h`. */
export function goMilliseconds(text: string): number | undefined {
  let total = 0;
  let at = 0;
  while (at < text.length) {
    PART.lastIndex = at;
    const [part, count, unit = ''] = PART.exec(text) ?? [];
    if (part === undefined) return undefined;
    total += Number(count) * (UNITS[unit] ?? 0);
    at += part.length;
  }
  return text === '' ? undefined : Math.round(total);
}

/** The same duration in Headgate's grammar: as it was written where both read it alike. */
export function asHeadgates(text: string): string | undefined {
  const milliseconds = goMilliseconds(text);
  if (milliseconds === undefined) return undefined;
  return parseDuration(text) === milliseconds ? text : formatDuration(milliseconds);
}
