import type { Canary } from '../rollout/machine/canary.ts';
import type { PastRelease } from '../rollout/machine/history.ts';
import { ACTIVE, type Phase } from '../rollout/machine/state.ts';

/** A release that is over, or the one under way, which has a phase instead of an end. */
export type ListedRelease = PastRelease | (Omit<PastRelease, 'endedAt' | 'outcome'> & { phase: Phase });

/** All that the Canary remembers, the newest first. */
export function releasesOf({ status = {} }: Canary): ListedRelease[] {
  const { history = [], release, phase } = status;
  if (release === undefined || phase === undefined || !ACTIVE.has(phase)) return history;
  const {
    revision,
    images = [],
    requestedBy,
    path,
    startedAt,
    failedChecks,
    weight,
    peak = weight,
    approvals,
    decidedBy,
    reason,
    message,
  } = release;
  const current = { revision, images, requestedBy, path, startedAt, phase, weight: peak, failedChecks };
  const decided = { ...(approvals && { approvals }), ...(decidedBy && { decidedBy }) };
  const listed = { ...current, ...decided, ...(reason && { reason }), ...(message && { message }) };
  return [listed, ...history.filter((past) => past.startedAt !== startedAt)];
}
