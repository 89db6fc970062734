import type { Test } from 'tap';

/** What a request may take, and everything else that somebody else wrote. */
export const MOST_MS = 50;
/** CPU time has no other programs in it, but what collects garbage and compiles: the best of a few tries is without. */
const TRIES = 6;
/** Programs that share its caches slow it down for a while: what is too long by little is tried more often. */
const MOST_TRIES = 40;
const LITTLE = 3 * MOST_MS;

/** Fails if the work takes longer than it may, however often it is tried. @returns the milliseconds */
export function inTime(t: Test, what: string, work: () => unknown): number {
  const ms = bestOf(work);
  if (ms >= MOST_MS) t.fail(`${what} takes ${ms.toFixed(1)} ms of CPU time`);
  return ms;
}

export function bestOf(work: () => unknown): number {
  let best = Number.POSITIVE_INFINITY;
  for (let tries = 0; isWorthATry(best, tries); tries++) best = Math.min(best, cpuMs(work));
  return best;
}

/** @param best of the tries so far, in milliseconds */
export function isWorthATry(best: number, tries: number): boolean {
  if (tries < TRIES) return best >= MOST_MS / 2;
  return tries < MOST_TRIES && best >= MOST_MS && best < LITTLE;
}

function cpuMs(work: () => unknown): number {
  const before = process.threadCpuUsage();
  work();
  return cpuMsSince(before);
}

/** Of this thread, which answers nobody else meanwhile; others collect garbage and compile beside it. */
export function cpuMsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1_000;
}
