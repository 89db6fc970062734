import type { Deployment } from '../../kube.ts';
import { formatDuration } from '../../spec/schema/durations.ts';
import { isCrashing } from '../../workload/pods.ts';
import { readyReplicas } from '../../workload/rollout-status.ts';
import { runsRevision } from '../canary-pods.ts';
import { fact } from '../facts.ts';
import { displayName, type Next, type Releasing, updateRelease } from '../situation.ts';
import { ms, type Release, time } from '../state.ts';

/** How many canary pods were ready, and are to be so still. */
const expected = ({ ready, replicas }: Release): number => Math.min(ready, replicas);

/** How many of them are not ready any more: crashed, drained, evicted, or failing their probe. */
export function missingPods(release: Release, canary: Deployment | undefined): number {
  if (!runsRevision(canary, release.revision)) return expected(release);
  return Math.max(expected(release) - readyReplicas(canary), 0);
}

/**
 * Whether the others can serve meanwhile: at most half are missing, and never all. Half, as the canary's disruption budget
 * lets one pod of two be evicted.
 */
export const canSpare = (release: Release, missing: number): boolean => missing <= Math.floor(expected(release) / 2);

/** When pods that are missing now have been so for too long, milliseconds since the epoch. */
const endOfGrace = ({ state: { release }, spec, now }: Releasing): number =>
  (release.unreadySince === undefined ? now : ms(release.unreadySince)) + spec.analysis.unreadyGraceMs;

/** What is wrong with the canary's pods, as a predicate on the release, if it cannot go on with them. */
export function podFailure(s: Releasing): string | undefined {
  const { release } = s.state;
  const { canary, pods = [] } = s.seen;
  const missing = missingPods(release, canary);
  if (missing === 0) return undefined;
  const count = `has ${readyReplicas(canary)} of ${release.replicas} canary pods ready`;
  if (!canSpare(release, missing)) return count;
  const crashing = pods.find(isCrashing);
  if (crashing !== undefined) return `${count}: ${crashing.metadata.name} crashes`;
  const { unreadyGraceMs } = s.spec.analysis;
  return s.now < endOfGrace(s) ? undefined : `${count} for longer than ${formatDuration(unreadyGraceMs)}`;
}

/** Starts the clock when the first pod goes missing, and stops it when none is. */
export function timeMissingPods(s: Releasing): Next | undefined {
  const { release } = s.state;
  const missing = missingPods(release, s.seen.canary);
  if (missing > 0 === (release.unreadySince !== undefined)) return undefined;
  if (missing === 0) return updateRelease(s, { unreadySince: undefined });
  const ready = `${readyReplicas(s.seen.canary)} of ${release.replicas} canary pods ready`;
  const message = `${displayName(s)} ${release.revision} has ${ready}; it stays at its weight for ${formatDuration(s.spec.analysis.unreadyGraceMs)} at most`;
  return updateRelease(s, { unreadySince: time(s.now) }, fact('CanaryDegraded', message, release.revision));
}
