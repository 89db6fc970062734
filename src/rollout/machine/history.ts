import type { GateType } from '../spec/schema/hook-types.ts';
import type { DecidedBy } from './commands/decided-by.ts';
import { ACTIVE, type Release, type ReleasePath, type RolloutState, type Time, time } from './state.ts';

export const OUTCOMES = ['succeeded', 'failed', 'withdrawn', 'superseded'] as const;

/** A gate that let a release pass. */
export interface Approval {
  gate: GateType;
  /** Those that approved. */
  hooks: string[];
  at: Time;
}

/** A release that is over. */
export interface PastRelease {
  revision: string;
  /** Images of its containers. */
  images: string[];
  requestedBy: string;
  path: ReleasePath;
  startedAt: Time;
  endedAt: Time;
  outcome: (typeof OUTCOMES)[number];
  /** The last weight that was wanted for its canary, in percent. */
  weight: number;
  failedChecks: number;
  /** As in `Release`. */
  approvals?: Approval[];
  decidedBy?: DecidedBy;
  /** A reason of facts.ts and a sentence, where it did not go through. */
  reason?: string;
  message?: string;
}

const MOST_RELEASES = 10;

/** The history with the release that ended, or gave way, between two states; unchanged if none did. */
export function historyAfter(before: RolloutState, after: RolloutState, now: number): PastRelease[] {
  const { history = [] } = before;
  const outcome = outcomeOf(before, after);
  if (outcome === undefined || before.release === undefined) return history;
  const { release } = before;
  // What gives way to the running version by command goes on under the revision of that.
  const last = after.release?.startedAt === release.startedAt ? after.release : release;
  const ended = last.revision === release.revision ? last : { ...release, decidedBy: last.decidedBy };
  return [pastOf(ended, outcome, now), ...history].slice(0, MOST_RELEASES);
}

/** Undefined while it goes on. What went straight back to the running version was no release. */
function outcomeOf(before: RolloutState, after: RolloutState): PastRelease['outcome'] | undefined {
  const { phase, release } = before;
  if (release === undefined || release.path === 'withdrawn' || !ACTIVE.has(phase)) return undefined;
  const gaveWay = after.release?.startedAt !== release.startedAt || after.release.revision !== release.revision;
  if (!gaveWay) return ACTIVE.has(after.phase) ? undefined : after.phase === 'Failed' ? 'failed' : 'succeeded';
  if (release.outcome !== undefined) return release.outcome;
  return after.release?.path === 'withdrawn' ? 'withdrawn' : 'superseded';
}

function pastOf(release: Release, outcome: PastRelease['outcome'], now: number): PastRelease {
  const { revision, images = [], requestedBy, path, startedAt, peak = 0, failedChecks, reason, message } = release;
  const { approvals = [], decidedBy } = release;
  const why = outcome === 'failed' ? { ...(reason && { reason }), ...(message && { message }) } : {};
  return {
    revision,
    images,
    requestedBy,
    path,
    startedAt,
    endedAt: time(now),
    outcome,
    weight: peak,
    failedChecks,
    ...(approvals.length > 0 && { approvals }),
    ...(decidedBy && { decidedBy }),
    ...why,
  };
}
