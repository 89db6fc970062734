import { stopsPodsFirst } from '../../workload/strategy.ts';
import { firstCheckAfter } from '../check-window.ts';
import { commandOf, decisionOf } from '../commands/decided-by.ts';
import { fact } from '../facts.ts';
import {
  atWeightFor,
  displayName,
  enterPhase,
  type Next,
  NO_HOOK_CALLS,
  NO_REASON,
  type Releasing,
  stay,
  withRelease,
} from '../situation.ts';
import { canAdvance } from '../sources.ts';
import { time } from '../state.ts';
import { promotedAgainAt } from '../troubles/refused-roll-out.ts';
import { giveWeight } from './next-weight.ts';

/** Where the roll-out stops the stable pods first, every proxy has to know that they get nothing any more. */
export const everyProxyKnows = (s: Releasing): boolean =>
  !stopsPodsFirst(s.seen.deployment) || atWeightFor(s, s.settleMs);

/**
 * Skips the rest of the plan. Where the roll-out stops the stable pods before it starts others, the canary gets all traffic
 * first, and every proxy has to know it.
 */
function promoteNow(s: Releasing, why: string): Next {
  if (!canAdvance(s.seen)) return later(s);
  if (stopsPodsFirst(s.seen.deployment) && s.seen.route?.weight !== 100) return giveWeight(s, 100);
  return everyProxyKnows(s) ? promote(s, why) : later(s);
}

/** What was paused goes on by the command that promotes it. */
const later = (s: Releasing): Next =>
  s.state.phase === 'Progressing' ? stay(s) : enterPhase(s, 'Progressing', NO_REASON);

/** Also what is analysed again as its roll-out was refused. @param by the user */
export function promoteByCommand(s: Releasing, by: string | undefined): Next {
  const { refusal } = s.state.release;
  const unanalysed = refusal && { ...refusal, unanalysed: true as const };
  const decidedBy = decisionOf('promote', by, s.now);
  return promoteOrdered(withRelease(s, { decidedBy, refusal: unanalysed }));
}

/** What somebody has said to promote, as soon as it may be. */
export const promoteOrdered = (s: Releasing): Next =>
  promoteNow(s, `is promoted by ${commandOf(s.state.release.decidedBy?.user)}`);

export const skip = (s: Releasing): Next => promoteNow(s, 'is ready, and its analysis is skipped');

/** The checks go on while the Deployment rolls out; who promotes by command, or skips the analysis, wants none. */
export function promoteAnalysed(s: Releasing): Next {
  const isMeasured = s.spec.analysis.metrics.length > 0;
  const next = promote(s, 'passed its analysis');
  if (!isMeasured || next.state.release === undefined) return next;
  const checkAt = time(s.now + firstCheckAfter(s.spec, s.scrapeMs));
  return { ...next, state: { ...next.state, release: { ...next.state.release, checkAt } } };
}

/** What was let through its gates once, and whose roll-out was refused: in the same way, when its time has come. */
export const promoteAgain = (s: Releasing, go: (s: Releasing) => Next): Next =>
  s.now < promotedAgainAt(s.state.release) ? stay(s) : go(s);

export const skipAgain = (s: Releasing): Next => promoteNow(s, 'is promoted again');

/** Open the gate: the canary keeps its weight until the Deployment runs the revision itself. */
function promote(s: Releasing, why: string): Next {
  const { release } = s.state;
  const message = `${displayName(s)} ${release.revision} ${why}; rolling out to all pods`;
  return enterPhase(
    s,
    'Promoting',
    { deadline: undefined, checkAt: undefined, promotedAt: time(s.now), ...NO_HOOK_CALLS, ...NO_REASON },
    ...(release.refusal === undefined ? [fact('Promoting', message, release.revision)] : []),
  );
}
