import { isCanaryReady } from '../canary-pods.ts';
import { fact } from '../facts.ts';
import { availableReplicas, isRolledOut, isStalled } from '../rollout-status.ts';
import { amend, fail, move, type Next, nameOf, type Releasing, stay, withoutTraffic } from '../situation.ts';
import { time } from '../state.ts';
import { planFor } from './progressing.ts';

/** The hold is lifted, or about to be; the Deployment rolls out the revision by itself. */
export function promoting(s: Releasing): Next {
  const { hold, deployment } = s.seen;
  const { release, phase } = s.state;
  if (hold.state !== 'open') return verdictAgainst(s) ?? stay(s);
  if (isDone(s)) return settleDown(s);
  if (release.weight > 0 && !isCanaryReady(s)) return canaryLost(s);
  if (phase === 'Promoting' && isStalled(deployment)) return stalled(s);
  return stay(s);
}

/** A verdict on the hold outlives whoever wanted to promote it. */
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

function canaryLost(s: Releasing): Next {
  const message = `${nameOf(s)}: canary pods are not ready in mid-promotion; traffic goes to the Deployment`;
  return amend(s, withoutTraffic(s.state.release), fact('CanaryUnready', message, s.state.release.revision));
}

function stalled(s: Releasing): Next {
  const { deployment } = s.seen;
  const count = `${availableReplicas(deployment)} of ${deployment.spec.replicas ?? 1} pods available`;
  const message = `${nameOf(s)} ${s.state.release.revision} does not finish its roll-out (${count}); traffic stays as it is. Apply a fix, or the version before`;
  return move(
    s,
    'Stalled',
    { reason: 'RolloutStalled', message },
    fact('RolloutStalled', message, s.state.release.revision),
  );
}

/** The revision is the stable one from now on; the one before is remembered as the way back. */
function settleDown(s: Releasing): Next {
  const { state, seen, now } = s;
  const { release, stable } = state;
  const changed = stable !== undefined && stable.revision !== release.revision;
  const gated = release.path === 'canary' || release.path === 'outside';
  const previous = changed && gated ? { previous: { revision: stable.revision, replacedAt: time(now) } } : {};
  const { previous: before, ...rest } = state;
  const kept = changed || before === undefined ? {} : { previous: before };
  const template = seen.deployment.spec.template;
  const settled: Releasing = {
    ...s,
    state: {
      ...rest,
      ...kept,
      ...previous,
      release,
      stable: { revision: release.revision, template, available: true },
    },
  };
  return move(settled, 'Finalising', {
    ...nextWeightBack(settled),
    outcome: 'succeeded',
    reason: undefined,
    message: undefined,
  });
}

/**
 * Traffic goes back in one go if the Deployment has the size that it had for all of it; if an autoscaler shrank it
 * meanwhile, down the plan of weights, an interval each, so that it can grow.
 */
export function nextWeightBack(s: Releasing): ReturnType<typeof withoutTraffic> {
  const { release } = s.state;
  if (availableReplicas(s.seen.deployment) >= release.stableReplicas) return withoutTraffic(release);
  const weight = planFor(s).findLast((entry) => entry < release.weight) ?? 0;
  return { ...withoutTraffic(release), weight };
}
