import { readBypass } from '../../workload/bypass.ts';
import { readRolling } from '../../workload/hold.ts';
import { isOrdered } from '../commands/decided-by.ts';
import { fact, type Reason } from '../facts.ts';
import { isRollingBack } from '../roll-back.ts';
import {
  displayName,
  enterPhase,
  type Next,
  NO_HOOK_CALLS,
  NO_REASON,
  type Releasing,
  type Situation,
  updateRelease,
} from '../situation.ts';
import { ms, type Release, ROLLING_OUT, type RolloutState, SERVING, time } from '../state.ts';

const REFUSED: Reason = 'RolloutRefused';

/** For how long a release whose roll-out was refused goes on as it is before it is promoted again, in milliseconds. */
const RETRY_MS = 60_000;

/** What a refusal has to say of a release under way: all that keeps it from rolling out, or back; elsewhere, where nothing else is said. */
export function refusalShown({ phase, release }: RolloutState): Pick<Release, 'reason' | 'message'> | undefined {
  if (release?.refusal === undefined || !SERVING.has(phase)) return undefined;
  const isFirst = ROLLING_OUT.has(phase) || release.reason === undefined;
  return isFirst ? { reason: REFUSED, message: release.refusal.message } : undefined;
}

/** When a canary whose roll-out was refused is promoted again, in milliseconds since the epoch; 0 where none was. */
export const promotedAgainAt = ({ refusal }: Release): number => (refusal === undefined ? 0 : ms(refusal.until));

/**
 * The API server keeps the Deployment as it is, and somebody has to mend what refuses the write. That is told once. A canary goes back
 * to its last weight, where all that ends a release is looked at; what has no traffic waits where it is, and the write is tried again.
 */
export function rollOutRefused(s: Releasing): Next | undefined {
  const { rollOutRefused: words } = s.seen;
  const { release } = s.state;
  if (words === undefined) return undefined;
  const message = refusalText(s, words);
  const facts = release.refusal === undefined ? [fact(REFUSED, message, release.revision)] : [];
  const isSkipped = s.spec.skipAnalysis || isOrdered(release);
  const refusal = { message, until: time(s.now + RETRY_MS), ...(isSkipped && { unanalysed: true as const }) };
  if (!goesOn(release)) return s.now < promotedAgainAt(release) ? undefined : updateRelease(s, { refusal }, ...facts);
  const checkAt = isSkipped ? undefined : time(s.now + s.spec.analysis.intervalMs);
  return enterPhase(s, 'Progressing', { ...NO_HOOK_CALLS, refusal, checkAt, promotedAt: undefined }, ...facts);
}

/** The write was accepted after all: the roll-out, or the way back, begins now. */
export function rollOutAccepted(s: Releasing): Next | undefined {
  if (s.state.release.refusal === undefined) return undefined;
  const next = updateRelease(s, { refusal: undefined, promotedAt: time(s.now) });
  return { ...next, state: { ...next.state, since: time(s.now) } };
}

/**
 * The hold of a canary that had gone back to its weight is open: the write that lifts it was under way when another, of the same
 * release, was refused.
 */
export function lateLift(s: Situation): Next | undefined {
  const { deployment, revision } = s.seen;
  const { phase, release } = s.state;
  if (release?.refusal === undefined || release.revision !== revision || ROLLING_OUT.has(phase)) return undefined;
  if (!SERVING.has(phase) || readRolling(deployment)?.to !== revision) return undefined;
  if (readBypass(deployment, s.now).is === 'inForce') return undefined;
  const cleared = { ...NO_HOOK_CALLS, ...NO_REASON, deadline: undefined };
  return enterPhase({ ...s, state: { ...s.state, release } }, 'Promoting', cleared);
}

const goesOn = (release: Release): boolean =>
  release.path === 'canary' && release.revert === undefined && release.weight > 0 && !isRollingBack(release);

function refusalText(s: Releasing, words: string): string {
  return isRollingBack(s.state.release)
    ? `${displayName(s)} ${s.state.release.revision} is not rolled back, as the API server does not accept that: ${words}`
    : `${displayName(s)} ${s.seen.revision} stays held, as the API server does not accept the write that lifts its hold: ${words}`;
}
