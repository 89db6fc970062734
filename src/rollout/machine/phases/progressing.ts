import { canaryName } from '../../names.ts';
import { wantedReplicas } from '../../workload/rollout-status.ts';
import { stopsPodsFirst } from '../../workload/strategy.ts';
import { askHooks, failedHooksText, hooksOf, hooksPassed } from '../ask-hooks.ts';
import { isCanaryReady, isReachable, listedPods } from '../canary-pods.ts';
import { failedCheck, judgeRound } from '../check-round.ts';
import { firstCheckAfter } from '../check-window.ts';
import { commandOf, decisionOf } from '../commands/decided-by.ts';
import { fact } from '../facts.ts';
import { throughGate } from '../gates.ts';
import { meshKnowsCanary } from '../routable.ts';
import {
  atWeightFor,
  displayName,
  enterPhase,
  fail,
  type Next,
  NO_HOOK_CALLS,
  NO_REASON,
  NO_TIMERS,
  type Releasing,
  stay,
  updateRelease,
  withoutTraffic,
  withRelease,
} from '../situation.ts';
import { canAdvance, isKnown, isRouteUnseen, unknownWords } from '../sources.ts';
import { ms, time } from '../state.ts';
import { canarySize, weightPlan } from '../steps.ts';
import { lateWords, notLate, tellLate } from '../troubles/late-pods.ts';
import { timeMissingPods } from '../troubles/missing-pods.ts';
import { type Obstacle, takenName } from '../troubles/obstacle.ts';
import { promotedAgainAt } from '../troubles/refused-roll-out.ts';
import { canaryTrouble } from '../troubles/trouble.ts';
import { unreadPods } from '../troubles/unpinned-pods.ts';
import { suspend } from './paused.ts';

/** The weights that this release goes through. */
export const planFor = ({ spec, seen }: Releasing): readonly number[] =>
  weightPlan(spec.analysis.weights, stopsPodsFirst(seen.deployment));

const deadlineFrom = ({ now, spec }: Releasing): string => time(now + spec.progressDeadlineMs);

/** The canary gets ready for a weight, gets the weight, is watched there for an interval, and goes on or back. */
export function progressing(s: Releasing): Next {
  const first = canaryTrouble(s) ?? timeMissingPods(s);
  if (first) return first;
  if (s.spec.suspend) return suspend(s);
  if (wantedReplicas(s.seen.deployment) === 0) return pausedByZero(s);
  const taken = takenName(s);
  if (taken) return backToWaiting(s, taken);
  const grown = resized(s);
  if (grown) return grown;
  return (hasItsWeight(s) ? isCanaryReady(s) : isReachable(s)) ? readyAt(s) : unready(s);
}

/** The route has the weight that is wanted; while it cannot be read, it has what it was seen with. */
const hasItsWeight = ({ seen, state: { release } }: Releasing): boolean =>
  release.weight > 0 &&
  (seen.route?.weight === release.weight || (isRouteUnseen(seen) && release.weightSince !== undefined));

/** A Deployment scaled to zero has no traffic to judge by: the release waits, and starts again. */
function pausedByZero(s: Releasing): Next {
  const message = `${displayName(s)} is scaled to zero; its release starts again when it is scaled up`;
  return backToWaiting(s, { reason: 'Waiting', message });
}

/** Without weight and without pods, until nothing is in the way any more. */
function backToWaiting(s: Releasing, { reason, message }: Obstacle): Next {
  const fresh = { ...withoutTraffic(s.state.release), ...NO_HOOK_CALLS, replicas: 0, ready: 0, reason, message };
  return enterPhase(s, 'Waiting', fresh, fact(reason, message, s.state.release.revision));
}

/** The canary follows the size of the Deployment; never down in mid-release, as an autoscaler sees only half the traffic. */
function resized(s: Releasing): Next | undefined {
  const { release } = s.state;
  const replicas = canarySize(release.stableReplicas, release.weight || (planFor(s)[0] ?? 0));
  return replicas <= release.replicas ? undefined : updateRelease(s, { replicas, deadline: deadlineFrom(s) });
}

function unready(s: Releasing): Next {
  const { release } = s.state;
  // Pods that are missed for a while have a time of their own.
  if (release.unreadySince !== undefined) return stay(s);
  if (release.deadline === undefined) return updateRelease(s, { deadline: deadlineFrom(s) });
  if (s.now < ms(release.deadline)) return tellLate(s, missing(s)) ?? stay(s);
  const seconds = Math.round(s.spec.progressDeadlineMs / 1000);
  return fail(s, 'ProgressDeadlineExceeded', `${missing(s)} after ${seconds} s`);
}

function missing(s: Releasing): string {
  const { canary, deployment } = s.seen;
  const { replicas, service = deployment.metadata.name } = s.state.release;
  if (isCanaryReady(s) && !isKnown(s.seen, 'endpoints', 'replicaSets'))
    return `has its canary pods ready, but it is not known whether its Service leads to them: ${unknownWords(s.seen)}`;
  if (!isCanaryReady(s)) {
    const words = lateWords(s.seen);
    const count = `has ${canary?.status?.availableReplicas ?? 0} of ${replicas} canary pods available`;
    return words === '' ? count : `${count} (${words})`;
  }
  const listed = listedPods(s.seen).length;
  return `has its canary pods ready, but ${listed} of ${replicas} among the endpoints of Service ${canaryName(service)}`;
}

/** All wanted pods are ready: take the first weight, note that a weight is live, or judge it. */
function readyAt(s: Releasing): Next {
  const { release } = s.state;
  const isLive = release.weight === 0 || release.weightSince !== undefined;
  const unanalysed = isLive ? withoutAnalysis(s) : undefined;
  if (unanalysed) return unanalysed;
  if (release.weight === 0) return unreadPods(s) ?? beforeTraffic(s) ?? (meshKnowsCanary(s) ? advance(s) : stay(s));
  if (!hasItsWeight(s)) return stay(s);
  if (release.weightSince === undefined) {
    const checkAt = time(s.now + firstCheckAfter(s.spec, s.scrapeMs));
    const timers = { weightSince: time(s.now), checkAt, deadline: undefined };
    return updateRelease(s, { ...timers, ...notLate(release), ready: release.replicas });
  }
  if (release.deadline !== undefined) return updateRelease(s, { deadline: undefined, ...notLate(release) });
  return atWeight(s, release.checkAt ?? release.weightSince);
}

/**
 * Whose analysis is skipped, or was when its roll-out was refused, is promoted as soon as it may be; so is what was promoted by command,
 * and has to have all the traffic first, or could not be promoted then.
 */
function withoutAnalysis(s: Releasing): Next | undefined {
  const { refusal, decidedBy } = s.state.release;
  if (refusal !== undefined) return refusal.unanalysed || s.spec.skipAnalysis ? promoteAgain(s, skipAgain) : undefined;
  if (decidedBy?.action === 'promote') return promoteNow(s, byCommand(decidedBy.user));
  return s.spec.skipAnalysis ? throughGate(s, 'confirm-promotion', skip) : undefined;
}

/** Hooks of type pre-rollout, before any traffic: a bad answer is a failed check, and they are asked again an interval later. */
function beforeTraffic(s: Releasing): Next | undefined {
  const { checkAt, failedChecks, awaiting } = s.state.release;
  const hooks = hooksOf(s.spec, 'pre-rollout');
  if (hooks.length === 0 || awaiting) return undefined;
  if (checkAt !== undefined && s.now < ms(checkAt)) return stay(s);
  const asked = askHooks(s, hooks, `pre-rollout/${failedChecks}`);
  const good = asked.answered.filter(({ outcome }) => outcome === 'passed').map(({ hook }) => hook);
  if (asked.changed) return updateRelease(s, { calls: asked.calls, deadline: undefined }, ...hooksPassed(s, good));
  if (asked.pending) return stay(s);
  return asked.failed.length > 0 ? failedCheck(s, failedHooksText(asked.failed)) : undefined;
}

/**
 * A release that waits for an approval is checked all the same, also while its gate does not answer. Hooks of type rollout are asked at
 * the beginning of a round, so that the load that they send is what its check measures; the check waits for their answers.
 */
function atWeight(s: Releasing, checkAt: string): Next {
  const { awaiting } = s.state.release;
  const approved = awaiting && advance(s);
  const isFirstAnswerDue = awaiting?.message === undefined && s.now < ms(checkAt);
  if (approved && (approved.state !== s.state || isFirstAnswerDue)) return approved;
  const asked = askHooks(s, hooksOf(s.spec, 'rollout'), checkAt);
  if (asked.changed) return updateRelease(s, { calls: asked.calls });
  const { checks } = s.seen;
  if (checks === undefined || s.now < ms(checkAt) || asked.pending) return stay(s);
  const judged = withRelease(s, { checks });
  return judgeRound(judged, checks, failedHooksText(asked.failed)) ?? goodAt(judged);
}

/** The next weight, or another round at this one for as long as its approval is awaited. */
function goodAt(s: Releasing): Next {
  const checkAt = time(s.now + s.spec.analysis.intervalMs);
  const round = withRelease(s, { checkAt, inconclusive: 0, errors: 0 });
  return s.state.release.awaiting ? stay(round) : advance(round);
}

/** The next weight of the plan, whatever the plan was before; or promotion after the last. Each has its gate. */
function advance(s: Releasing): Next {
  const { release } = s.state;
  if (!canAdvance(s.seen)) return stay(s);
  const weight = planFor(s).find((entry) => entry > release.weight);
  if (weight === undefined && release.refusal !== undefined) return promoteAgain(s, promoteAnalysed);
  if (weight === undefined) return throughGate(s, 'confirm-promotion', promoteAnalysed);
  return throughGate(s, 'confirm-traffic-increase', (open) => giveWeight(open, weight));
}

function giveWeight(s: Releasing, weight: number): Next {
  const { release } = s.state;
  const replicas = Math.max(release.replicas, canarySize(release.stableReplicas, weight));
  const more = replicas > release.replicas ? { deadline: deadlineFrom(s) } : {};
  return enterPhase(
    s,
    'Progressing',
    {
      ...NO_TIMERS,
      ...NO_HOOK_CALLS,
      ...NO_REASON,
      ...more,
      refusal: undefined,
      weight,
      adopted: s.seen.route?.adopted,
      replicas,
      ready: release.replicas,
      errors: 0,
      inconclusive: 0,
      peak: Math.max(release.peak ?? 0, weight),
    },
    fact('Advanced', `Advance ${displayName(s)} canary weight ${weight}`, release.revision),
  );
}

/**
 * Skips the rest of the plan. Where the roll-out stops the stable pods before it starts others, the canary gets all traffic
 * first, and every proxy has to know it.
 */
function promoteNow(s: Releasing, why: string): Next {
  if (!canAdvance(s.seen)) return stay(s);
  if (!stopsPodsFirst(s.seen.deployment)) return promote(s, why);
  if (s.seen.route?.weight !== 100) return giveWeight(s, 100);
  return atWeightFor(s, s.settleMs) ? promote(s, why) : stay(s);
}

const byCommand = (by: string | undefined): string => `is promoted by ${commandOf(by)}`;

/** @param by the user */
export const promoteByCommand = (s: Releasing, by: string | undefined): Next =>
  promoteNow(withRelease(s, { decidedBy: decisionOf('promote', by, s.now) }), byCommand(by));

const skip = (s: Releasing): Next => promoteNow(s, 'is ready, and its analysis is skipped');

/** The checks go on while the Deployment rolls out; who promotes by command, or skips the analysis, wants none. */
function promoteAnalysed(s: Releasing): Next {
  const isMeasured = s.spec.analysis.metrics.length > 0;
  const next = promote(s, 'passed its analysis');
  if (!isMeasured || next.state.release === undefined) return next;
  const checkAt = time(s.now + firstCheckAfter(s.spec, s.scrapeMs));
  return { ...next, state: { ...next.state, release: { ...next.state.release, checkAt } } };
}

/** What was let through its gates once, and whose roll-out was refused: in the same way, when its time has come. */
const promoteAgain = (s: Releasing, go: (s: Releasing) => Next): Next =>
  s.now < promotedAgainAt(s.state.release) ? stay(s) : go(s);

const skipAgain = (s: Releasing): Next => promoteNow(s, 'is promoted again');

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
