import type { Test } from 'tap';

/** What a request may take, and everything else that somebody else wrote. */
export const MOST_MS = 50;
/** CPU time has no other programs in it, but what collects garbage and compiles: the best of a few tries is without. */
const TRIES = 6;

/** Fails if the work takes longer than it may, however often it is tried. @returns the milliseconds */
export function inTime(t: Test, what: string, work: () => unknown): number {
  const ms = bestOf(work);
  if (ms >= MOST_MS) t.fail(`${what} takes ${ms.toFixed(1)} ms of CPU time`);
  return ms;
}

export function bestOf(work: () => unknown): number {
  let best = Number.POSITIVE_INFINITY;
  for (let tries = 0; tries < TRIES && best >= MOST_MS / 2; tries++) best = Math.min(best, cpuMs(work));
  return best;
}

function cpuMs(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}
