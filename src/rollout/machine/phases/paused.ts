import { commandOf } from '../commands/decided-by.ts';
import { fact } from '../facts.ts';
import {
  displayName,
  enterPhase,
  type Next,
  NO_HOOK_CALLS,
  NO_REASON,
  NO_TIMERS,
  type Releasing,
  stay,
} from '../situation.ts';
import { timeMissingPods } from '../troubles/missing-pods.ts';
import { canaryTrouble } from '../troubles/trouble.ts';

/** Stopped by command or by `suspend`: no checks, no steps; a canary that breaks still fails. */
export const paused = (s: Releasing): Next => canaryTrouble(s) ?? timeMissingPods(s) ?? resumeUnsuspended(s) ?? stay(s);

/** What `suspend` stopped goes on without it; what a command stopped does not. */
const resumeUnsuspended = (s: Releasing): Next | undefined =>
  s.state.release.reason === SUSPENDED && !s.spec.suspend ? resume(s, 'as it is not suspended any more') : undefined;

const SUSPENDED = 'Suspended';

/** What was to be promoted is not, until somebody says so again. @param by what stops it: the reason in the status, and words for people */
function pauseRelease(s: Releasing, by: { reason: string; words: string }): Next {
  const message = `${displayName(s)} is paused at weight ${s.state.release.weight} by ${by.words}`;
  const told = fact('Paused', message, s.state.release.revision);
  return enterPhase(
    s,
    'Paused',
    { checkAt: undefined, decidedBy: undefined, ...NO_HOOK_CALLS, reason: by.reason, message },
    told,
  );
}

/** Stops the release at its weight. @param by the user */
export const pauseByCommand = (s: Releasing, by: string | undefined): Next =>
  pauseRelease(s, { reason: 'Paused', words: commandOf(by) });
export const suspend = (s: Releasing): Next => pauseRelease(s, { reason: SUSPENDED, words: 'suspend' });

export const resumeByCommand = (s: Releasing, by: string | undefined): Next => resume(s, `by ${commandOf(by)}`);

/** The dwell at the present weight counts anew. */
function resume(s: Releasing, why: string): Next {
  const { weight, revision } = s.state.release;
  const told = fact('Resumed', `${displayName(s)} goes on at weight ${weight}, ${why}`, revision);
  return enterPhase(s, 'Progressing', { ...NO_TIMERS, ...NO_HOOK_CALLS, ...NO_REASON }, told);
}
