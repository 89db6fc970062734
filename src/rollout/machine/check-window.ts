import type { Metric, RolloutSpec } from '../spec/spec-types.ts';

/**
 * So many scrapes are waited for: a rate needs two, and the first one may come before all proxies have the weight, or before
 * there was a request to count.
 */
const SCRAPES = 3;

/** How long a weight is in force before its first check: an interval, and as long as it takes to measure anything. */
export const firstCheckAfter = ({ analysis }: RolloutSpec, scrapeMs: number): number =>
  analysis.metrics.length === 0 ? analysis.intervalMs : Math.max(analysis.intervalMs, SCRAPES * scrapeMs);

/** How many rounds of checks, an interval apart, have come after the first; below 0 before that. */
export const roundsSince = (first: number, now: number, { intervalMs }: RolloutSpec['analysis']): number =>
  Math.floor((now - first) / intervalMs);

/** The window of a metric: its own, but of enough scrapes, and never longer than the weight has been in force. */
export const windowFor = (
  { intervalMs }: Metric,
  { weightMs, scrapeMs }: { weightMs: number; scrapeMs: number },
): number => Math.min(Math.max(intervalMs, SCRAPES * scrapeMs), weightMs);
