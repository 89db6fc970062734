import { availableReplicas, isObserved, isRolledOut, isStalled, rolledOutBy } from '../../workload/rollout-status.ts';
import type { Stable } from '../../workload/stable.ts';
import { stopsPodsFirst } from '../../workload/strategy.ts';
import { tamperedSet } from '../canary-pods.ts';
import { failsChecks, judgePromotion } from '../check-round.ts';
import { fact } from '../facts.ts';
import { isRollingBack } from '../roll-back.ts';
import {
  displayName,
  enterPhase,
  fail,
  type Next,
  type Releasing,
  type Situation,
  stay,
  updateRelease,
  withoutTraffic,
} from '../situation.ts';
import { type RolloutState, time } from '../state.ts';
import { podFailure, timeMissingPods } from '../troubles/missing-pods.ts';
import { rollOutAccepted, rollOutRefused } from '../troubles/refused-roll-out.ts';
import { unpinnedPod } from '../troubles/unpinned-pods.ts';
import { planFor } from './next-weight.ts';

/** The hold is lifted, or about to be; the Deployment rolls out the revision by itself. */
export function promoting(s: Releasing): Next {
  const { hold, deployment } = s.seen;
  const { release, phase } = s.state;
  if (isRollingBack(release)) return rollingBack(s);
  if (hold.state !== 'open') return verdictAgainst(s) ?? rollOutRefused(s) ?? stay(s);
  const first = rollOutAccepted(s) ?? judgePromotion(s);
  if (first) return first;
  if (isDone(s) && s.now >= meshKnowsPodsAt(s) && !failsChecks(release)) return finalise(s);
  const lost = release.weight > 0 ? watchCanary(s) : undefined;
  if (lost) return lost;
  if (phase === 'Promoting' && isStalled(deployment, s.state.since)) return stalled(s);
  return stay(s);
}

/** The Deployment rolls back; what fails the canary meanwhile takes only its traffic away. */
function rollingBack(s: Releasing): Next {
  const { hold, deployment, revision } = s.seen;
  const { release, phase, stable } = s.state;
  const isBack = hold.state === 'open' && revision === stable?.revision;
  if (isBack && isRolledOut(deployment) && s.now >= meshKnowsPodsAt(s))
    return enterPhase(s, 'Finalising', nextWeightBack(s));
  const first = release.weight > 0 ? watchCanary(s) : undefined;
  if (first) return first;
  const refused = isBack ? rollOutAccepted(s) : rollOutRefused(s);
  if (refused) return refused;
  const isLate = phase === 'Promoting' && isBack && isStalled(deployment, s.state.since);
  return isLate ? enterPhase(s, 'Stalled', {}, fact('RolloutStalled', stalledWords(s), release.revision)) : stay(s);
}

/** A hold that says failed is never lifted: the release fails, whatever state it was promoted from. */
function verdictAgainst(s: Releasing): Next | undefined {
  const { hold } = s.seen;
  const { path, revision } = s.state.release;
  if (path !== 'canary' || hold.state !== 'held' || hold.hold.verdict === undefined || hold.hold.revision !== revision)
    return undefined;
  return fail(s, 'Aborted', hold.hold.reason ?? 'was marked as failed');
}

/** Every pod runs the revision; or its user keeps the Deployment paused on what already ran. */
function isDone({ seen: { deployment }, state: { release } }: Releasing): boolean {
  return isRolledOut(deployment) || (release.path === 'withdrawn' && deployment.spec.paused === true);
}

/**
 * Where all stable pods were stopped first, the canary serves alone until the mesh knows the new pods: a settling time after they were rolled
 * out. Milliseconds since the epoch; 0 where there is nothing to wait for.
 */
export function meshKnowsPodsAt({ seen: { deployment }, state: { release }, settleMs }: Situation): number {
  const isServing = stopsPodsFirst(deployment) && (release?.weight ?? 0) > 0;
  return isServing && isRolledOut(deployment) ? (rolledOutBy(deployment) ?? 0) + settleMs : 0;
}

/** The canary keeps its weight for as long as it can serve. */
function watchCanary(s: Releasing): Next | undefined {
  const set = tamperedSet(s);
  const edited = set && `runs pods that nobody released (ReplicaSet ${set} was edited)`;
  const unpinned = isSpare(s) ? unpinnedPod(s.seen) : undefined;
  const why = edited ?? podFailure(s) ?? unpinned;
  return why === undefined ? timeMissingPods(s) : canaryLost(s, why);
}

/** Where the Deployment cannot serve all yet, other content is better than no answer. */
const isSpare = (s: Releasing): boolean =>
  isObserved(s.seen.deployment) && !stopsPodsFirst(s.seen.deployment) && canTakeAll(s);

function canaryLost(s: Releasing, why: string): Next {
  const message = `${displayName(s)} ${why} in mid-promotion; traffic goes to the Deployment`;
  return updateRelease(
    s,
    { ...withoutTraffic(s.state.release), ready: 0 },
    fact('CanaryUnready', message, s.state.release.revision),
  );
}

function stalledWords(s: Releasing): string {
  const { deployment, revision } = s.seen;
  const count = `${availableReplicas(deployment)} of ${deployment.spec.replicas ?? 1} pods available`;
  return `${displayName(s)} ${revision} does not finish its roll-out (${count}); traffic stays as it is`;
}

function stalled(s: Releasing): Next {
  const message = `${stalledWords(s)}. Abort it, or apply a fix, or the version before`;
  return enterPhase(
    s,
    'Stalled',
    { reason: 'RolloutStalled', message },
    fact('RolloutStalled', message, s.state.release.revision),
  );
}

/**
 * What is remembered once the release's revision is the stable one. The revision that it replaced may be gone back to at
 * once within the rollback window, but only after a release by canary or past the gate: a way back has no way back of its
 * own.
 */
export function stableAndPrevious(
  { state, now }: Releasing,
  stable: Stable,
): Pick<RolloutState, 'stable' | 'previous'> {
  const { release, stable: before, previous } = state;
  const changed = before !== undefined && before.revision !== release.revision;
  if (!changed) return { stable, ...(previous && { previous }) };
  const gated = release.path === 'canary' || release.path === 'outside';
  return { stable, ...(gated && { previous: { revision: before.revision, replacedAt: time(now) } }) };
}

function finalise(s: Releasing): Next {
  const { previous: _previous, ...rest } = s.state;
  const { release } = rest;
  const stable = { revision: release.revision, template: s.seen.deployment.spec.template, available: true };
  const settled: Releasing = { ...s, state: { ...rest, ...stableAndPrevious(s, stable) } };
  return enterPhase(settled, 'Finalising', {
    ...nextWeightBack(settled),
    outcome: 'succeeded',
    reason: undefined,
    message: undefined,
  });
}

/**
 * The pods that all of the traffic needs: as many as the Deployment had for it; or, where the canary's autoscaler has gone beyond
 * the share of those, what its size makes of the whole.
 */
function neededForAll({ seen: { canary }, state: { release } }: Releasing): number {
  const { replicas = 0 } = canary?.spec ?? {};
  const isBeyond = replicas > release.replicas && release.weight > 0;
  return Math.max(release.stableReplicas, isBeyond ? Math.ceil((replicas * 100) / release.weight) : 0);
}

export const canTakeAll = (s: Releasing): boolean => availableReplicas(s.seen.deployment) >= neededForAll(s);

/**
 * Traffic goes back in one go if the Deployment can take it; if it was shrunk meanwhile, or all needs more than it has, down the plan of weights,
 * an interval each, so that it can grow.
 */
export function nextWeightBack(s: Releasing): ReturnType<typeof withoutTraffic> {
  const { release } = s.state;
  if (canTakeAll(s)) return withoutTraffic(release);
  const weight = planFor(s).findLast((entry) => entry < release.weight) ?? 0;
  return { ...withoutTraffic(release), weight };
}
