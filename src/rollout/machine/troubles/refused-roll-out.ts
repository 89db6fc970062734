import { fact, type Reason } from '../facts.ts';
import { isRollingBack } from '../roll-back.ts';
import { displayName, enterPhase, type Next, NO_HOOK_CALLS, type Releasing, updateRelease } from '../situation.ts';
import { ms, type Release, type RolloutState, SERVING, time } from '../state.ts';

export const ROLL_OUT_REFUSED: Reason = 'RolloutRefused';

/** For how long a canary whose roll-out was refused is analysed on before it is promoted again, in milliseconds. */
const RETRY_MS = 60_000;

/** Whether that is what a release under way is about. */
export const isRollOutRefused = ({ phase, release }: RolloutState): boolean =>
  release?.refusal !== undefined && SERVING.has(phase);

/** Whether it is too early to promote it again. */
export const isRetriedLater = ({ refusal }: Release, now: number): boolean =>
  refusal !== undefined && now < ms(refusal.until);

/**
 * The API server keeps the Deployment as it is, and somebody has to mend what refuses the write. That is told once. A canary goes back
 * to its last weight, where all that ends a release is looked at; what has no traffic waits where it is, and the write is tried again.
 */
export function rollOutRefused(s: Releasing): Next | undefined {
  const { rollOutRefused: words } = s.seen;
  const { release } = s.state;
  if (words === undefined) return undefined;
  const message = refusalText(s, words);
  const facts = release.refusal === undefined ? [fact(ROLL_OUT_REFUSED, message, release.revision)] : [];
  const refusal = { message, until: time(s.now + RETRY_MS) };
  if (isCanary(release)) {
    const checkAt = time(s.now + s.spec.analysis.intervalMs);
    return enterPhase(s, 'Progressing', { ...NO_HOOK_CALLS, refusal, checkAt, promotedAt: undefined }, ...facts);
  }
  return release.refusal?.message === message ? undefined : updateRelease(s, { refusal }, ...facts);
}

/** The write was accepted after all: the roll-out begins now. */
export const rollOutAccepted = (s: Releasing): Next | undefined =>
  s.state.release.refusal && updateRelease(s, { refusal: undefined, promotedAt: time(s.now) });

const isCanary = (release: Release): boolean =>
  release.path === 'canary' && release.revert === undefined && release.weight > 0 && !isRollingBack(release);

function refusalText(s: Releasing, words: string): string {
  const { release } = s.state;
  return isRollingBack(release)
    ? `${displayName(s)} ${release.revision} is not rolled back, as the API server does not accept that: ${words}`
    : `${displayName(s)} ${s.seen.revision} stays held, as the API server does not accept the write that lifts its hold: ${words}`;
}
