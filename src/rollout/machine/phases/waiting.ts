import { wantedReplicas } from '../../workload/rollout-status.ts';
import { hooksOf } from '../ask-hooks.ts';
import { fact } from '../facts.ts';
import { throughGate } from '../gates.ts';
import { displayName, enterPhase, type Next, NO_HOOK_CALLS, type Releasing, stay } from '../situation.ts';
import { time } from '../state.ts';
import { canarySize } from '../steps.ts';
import { planFor } from './progressing.ts';

/** Why a held revision cannot start; undefined if it can. */
function obstacle({ seen, spec }: Releasing): string | undefined {
  const { hold, deployment } = seen;
  const { name } = deployment.metadata;
  if (spec.suspend) return `${name} is suspended; the canary starts when suspend is taken away`;
  if (hold.state === 'held' && hold.hold.userPaused) {
    return `its user had paused ${name}; the canary starts after kubectl rollout resume deployment/${name}`;
  }
  if (wantedReplicas(deployment) === 0) return `${name} is scaled to zero; the canary starts when it is scaled up`;
  return undefined;
}

/** A revision comes to the gate, or comes there again: it begins, or it is told why not. */
export function startOrWait(s: Releasing): Next {
  const blocked = obstacle(s);
  if (blocked === undefined && hooksOf(s.spec, 'confirm-rollout').length === 0) return startCanary(s);
  const fresh = { ...NO_HOOK_CALLS, reason: undefined, message: undefined };
  if (blocked === undefined) return enterPhase(s, 'Waiting', fresh);
  const told = fact('Waiting', `${displayName(s)}: ${blocked}`, s.state.release.revision);
  return enterPhase(s, 'Waiting', { ...fresh, reason: 'Waiting', message: blocked }, told);
}

/** Starts as soon as nothing is in the way and every confirm-rollout hook approves. */
export function waiting(s: Releasing): Next {
  return obstacle(s) === undefined ? throughGate(s, 'confirm-rollout', startCanary) : stay(s);
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
