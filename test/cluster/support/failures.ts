import type { Test } from 'tap';
import { isFailure, type Load, type LoadSummary, type Sample } from '../../rig/rig.ts';

/** So many are listed: enough to see what they have in common. */
const LISTED = 20;

/** Ends the load, and asserts that no request of it failed. Those that did are listed: how, by whom, and when. */
export async function servedAll(t: Test, load: Load, since = load.startedAt): Promise<LoadSummary> {
  const summary = await load.stop();
  t.same(failuresOf(load, since), [], `no request of ${summary.total} failed`);
  return summary;
}

/** The first failures of a load, in words. */
export function failuresOf(load: Load, since = load.startedAt): string[] {
  const failed = load.samples.filter(isFailure);
  const words = failed.slice(0, LISTED).map((sample) => wordsOf(sample, since));
  return failed.length > LISTED ? [...words, `and ${failed.length - LISTED} more`] : words;
}

const wordsOf = ({ at, ms, status, trouble = '' }: Sample, since: number): string =>
  `${status} after ${((at - since) / 1_000).toFixed(3)} s (took ${Math.round(ms)} ms): ${trouble}`;
