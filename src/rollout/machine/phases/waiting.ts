import { wantedReplicas } from '../../workload/rollout-status.ts';
import { hooksOf } from '../ask-hooks.ts';
import { fact, type Reason } from '../facts.ts';
import { throughGate } from '../gates.ts';
import { displayName, enterPhase, type Next, NO_HOOK_CALLS, type Releasing, stay } from '../situation.ts';
import { time } from '../state.ts';
import { canarySize } from '../steps.ts';
import { trafficObstacle } from '../traffic-obstacle.ts';
import { planFor } from './progressing.ts';

interface Obstacle {
  reason: Reason;
  message: string;
}

/** Why a held revision cannot start: a reason, and a sentence that begins after the Deployment's name; undefined if it can. */
function obstacle(s: Releasing): Obstacle | undefined {
  const { hold, deployment } = s.seen;
  const { name } = deployment.metadata;
  const wait = (message: string) => ({ reason: 'Waiting' as const, message });
  if (s.spec.suspend) return wait(`${name} is suspended; the canary starts when suspend is taken away`);
  if (hold.state === 'held' && hold.hold.userPaused) {
    return wait(`its user had paused ${name}; the canary starts after kubectl rollout resume deployment/${name}`);
  }
  if (wantedReplicas(deployment) === 0) {
    return wait(`${name} is scaled to zero; the canary starts when it is scaled up`);
  }
  const traffic = trafficObstacle(s);
  return traffic && { ...traffic, message: `its canary could be given no traffic: ${traffic.message}` };
}

/** A revision comes to the gate, or comes there again: it begins, or it is told why not. */
export function startOrWait(s: Releasing): Next {
  const blocked = obstacle(s);
  if (blocked === undefined && hooksOf(s.spec, 'confirm-rollout').length === 0) return startCanary(s);
  const fresh = { ...NO_HOOK_CALLS, reason: undefined, message: undefined };
  if (blocked === undefined) return enterPhase(s, 'Waiting', fresh);
  return waitFor(s, blocked);
}

function waitFor(s: Releasing, { reason, message }: Obstacle): Next {
  const told = fact(reason, `${displayName(s)}: ${message}`, s.state.release.revision);
  return enterPhase(s, 'Waiting', { ...NO_HOOK_CALLS, reason, message }, told);
}

/** Starts as soon as nothing is in the way and every confirm-rollout hook approves. */
export function waiting(s: Releasing): Next {
  const blocked = obstacle(s);
  if (blocked === undefined) return throughGate(s, 'confirm-rollout', startCanary);
  // What is wrong with its traffic is mended piece by piece: each is told.
  return blocked.reason === 'Waiting' || blocked.message === s.state.release.message ? stay(s) : waitFor(s, blocked);
}

/** From the start: no weight, no counts, a size for the first weight. */
function startCanary(s: Releasing): Next {
  const stableReplicas = wantedReplicas(s.seen.deployment);
  return enterPhase(s, 'Progressing', {
    stableReplicas,
    replicas: canarySize(stableReplicas, planFor(s)[0] ?? 0),
    ready: 0,
    peak: 0,
    checks: undefined,
    ...NO_HOOK_CALLS,
    failedChecks: 0,
    inconclusive: 0,
    errors: 0,
    deadline: time(s.now + s.spec.progressDeadlineMs + s.settleMs),
    reason: undefined,
    message: undefined,
  });
}
