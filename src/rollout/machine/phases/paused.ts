import { fact } from '../facts.ts';
import { move, type Next, NO_QUESTIONS, NO_REASON, NO_TIMERS, nameOf, type Releasing, stay } from '../situation.ts';
import { canaryTrouble } from '../trouble.ts';

/** Stopped by command or by `suspend`: no checks, no steps; a canary that breaks still fails. */
export const paused = (s: Releasing): Next => canaryTrouble(s) ?? noMoreSuspended(s) ?? stay(s);

/** What `suspend` stopped goes on without it; what a command stopped does not. */
const noMoreSuspended = (s: Releasing): Next | undefined =>
  s.state.release.reason === SUSPENDED && !s.spec.suspend ? resume(s) : undefined;

const SUSPENDED = 'Suspended';

/** @param by what stops it: a reason and words. */
function halt(s: Releasing, by: { reason: string; words: string }): Next {
  const message = `${nameOf(s)} is paused at weight ${s.state.release.weight} by ${by.words}`;
  const told = fact('Paused', message, s.state.release.revision);
  return move(s, 'Paused', { checkAt: undefined, ...NO_QUESTIONS, reason: by.reason, message }, told);
}

export const pause = (s: Releasing): Next => halt(s, { reason: 'Paused', words: 'command' });
export const suspend = (s: Releasing): Next => halt(s, { reason: SUSPENDED, words: 'suspend' });

/** The dwell at the present weight counts anew. */
export function resume(s: Releasing): Next {
  const told = fact('Resumed', `${nameOf(s)} goes on at weight ${s.state.release.weight}`, s.state.release.revision);
  return move(s, 'Progressing', { ...NO_TIMERS, ...NO_QUESTIONS, ...NO_REASON }, told);
}
