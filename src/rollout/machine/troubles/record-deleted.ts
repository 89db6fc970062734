import type { Deployment } from '../../kube.ts';
import type { HoldReading } from '../../workload/hold.ts';
import { runsRevision } from '../canary-pods.ts';
import { type Fact, fact } from '../facts.ts';
import { displayName, fail, type Next, type Releasing, type Situation } from '../situation.ts';
import { AT_GATE } from '../state.ts';

/** Whoever deletes the Canary in mid-release wants its revision out of the traffic. */
export const RECORD_DELETED = 'has lost its Canary, which somebody deleted in mid-release';

/** @param name what messages call the Deployment */
export const deletionWords = (name: string, revision: string): string =>
  `${name} ${revision} ${RECORD_DELETED}; traffic goes back to the running version. It stays held: try it again by headgate retry, once there is a Canary, or apply another version`;

export const deletionFact = (s: Situation): Fact =>
  fact('RecordDeleted', deletionWords(displayName(s), s.seen.revision), s.seen.revision);

/** The Canary is on its way out, and a finalizer keeps it. */
export const recordDeleted = (s: Releasing): Next | undefined =>
  s.seen.recordDeleted && AT_GATE.has(s.state.phase)
    ? { ...fail(s, 'RecordDeleted', RECORD_DELETED), facts: [deletionFact(s)] }
    : undefined;

/**
 * Whether a release was under way, where no record tells: the canary of the held revision has pods. Each release scales it to
 * zero at its end.
 */
export function isAbandoned(
  { hold, revision }: { hold: HoldReading; revision: string },
  canary: Deployment | undefined,
): boolean {
  if (hold.state !== 'held' || hold.hold.verdict !== undefined) return false;
  return runsRevision(canary, revision) && (canary.spec.replicas ?? 1) > 0;
}
