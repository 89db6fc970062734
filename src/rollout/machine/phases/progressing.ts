import { canaryName } from '../../names.ts';
import { wantedReplicas } from '../../workload/rollout-status.ts';
import { askHooks, failedHooksText, hooksOf, hooksPassed } from '../ask-hooks.ts';
import { isCanaryReady, isReachable, listedPods } from '../canary-pods.ts';
import { failedCheck, judgeRound } from '../check-round.ts';
import { firstCheckAfter } from '../check-window.ts';
import { isOrdered } from '../commands/decided-by.ts';
import { fact } from '../facts.ts';
import { throughGate } from '../gates.ts';
import { meshKnowsCanary } from '../routable.ts';
import {
  displayName,
  enterPhase,
  fail,
  type Next,
  NO_HOOK_CALLS,
  type Releasing,
  stay,
  updateRelease,
  withoutTraffic,
  withRelease,
} from '../situation.ts';
import { canAdvance, isKnown, isRouteUnseen, unknownWords } from '../sources.ts';
import { ms, time } from '../state.ts';
import { canarySize } from '../steps.ts';
import { lateWords, notLate, tellLate } from '../troubles/late-pods.ts';
import { timeMissingPods } from '../troubles/missing-pods.ts';
import { type Obstacle, takenName } from '../troubles/obstacle.ts';
import { canaryTrouble } from '../troubles/trouble.ts';
import { unreadPods } from '../troubles/unpinned-pods.ts';
import { deadlineFrom, giveWeight, planFor } from './next-weight.ts';
import { suspend } from './paused.ts';
import { everyProxyKnows, promoteAgain, promoteAnalysed, promoteOrdered, skip, skipAgain } from './promotion.ts';

/** The canary gets ready for a weight, gets the weight, is watched there for an interval, and goes on or back. */
export function progressing(s: Releasing): Next {
  const first = canaryTrouble(s) ?? timeMissingPods(s);
  if (first) return first;
  if (s.spec.suspend && !isOrdered(s.state.release)) return suspend(s);
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
  const { refusal } = s.state.release;
  if (refusal !== undefined) return refusal.unanalysed || s.spec.skipAnalysis ? promoteAgain(s, skipAgain) : undefined;
  if (isOrdered(s.state.release)) return promoteOrdered(s);
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
  if (weight === undefined && !everyProxyKnows(s)) return stay(s);
  if (weight === undefined && release.refusal !== undefined) return promoteAgain(s, promoteAnalysed);
  if (weight === undefined) return throughGate(s, 'confirm-promotion', promoteAnalysed);
  return throughGate(s, 'confirm-traffic-increase', (open) => giveWeight(open, weight));
}
