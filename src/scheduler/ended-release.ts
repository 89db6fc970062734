import type { Canary } from '../rollout/machine/canary.ts';
import type { PastRelease } from '../rollout/machine/history.ts';
import { ms } from '../rollout/machine/state.ts';
import type { Metrics } from '../telemetry/metrics.ts';

/** The release that a commit ended; undefined where it ended none. */
export function endedRelease(before: Canary, committed: Canary): PastRelease | undefined {
  const [last] = committed.status?.history ?? [];
  const [known] = before.status?.history ?? [];
  return last?.startedAt === known?.startedAt && last?.endedAt === known?.endedAt ? undefined : last;
}

/** A commit is made once, by one process: the sum over the schedulers has each release once. */
export function countEnded(
  { releaseDuration }: Pick<Metrics, 'releaseDuration'>,
  { startedAt, endedAt, outcome }: PastRelease,
): void {
  releaseDuration.observe({ outcome }, Math.max(ms(endedAt) - ms(startedAt), 0) / 1_000);
}
