import type { Load } from '../../rig/rig.ts';

/** Which requests failed: how, by whom, and how long after the given moment (epoch ms); empty when none did. */
export function failuresOf(load: Load, sinceMs: number): string {
  const failed = load.samples.filter(({ status }) => status === 0 || status >= 500);
  const words = failed.map(
    ({ at, ms, status, revision }) => `${status} by ${revision ?? '?'} at ${at - sinceMs} ms (${ms} ms)`,
  );
  return words.length > 0 ? `: ${words.join(', ')}` : '';
}
