import { wantedReplicas } from '../rollout-status.ts';
import { move, type Next, type Releasing, stay } from '../situation.ts';
import { time } from '../state.ts';
import { canarySize } from '../steps.ts';
import { planFor } from './progressing.ts';

/** Why a held revision cannot start; undefined if it can. */
export function obstacle({ seen }: Releasing): string | undefined {
  const { hold, deployment } = seen;
  const { name } = deployment.metadata;
  if (hold.state === 'held' && hold.hold.userPaused) {
    return `its user had paused ${name}; the canary starts after kubectl rollout resume deployment/${name}`;
  }
  if (wantedReplicas(deployment) === 0) return `${name} is scaled to zero; the canary starts when it is scaled up`;
  return undefined;
}

export function waiting(s: Releasing): Next {
  return obstacle(s) === undefined ? begin(s) : stay(s);
}

/** From the start: no weight, no counts, a size for the first weight. */
export function begin(s: Releasing): Next {
  const stableReplicas = wantedReplicas(s.seen.deployment);
  return move(s, 'Progressing', {
    stableReplicas,
    replicas: canarySize(stableReplicas, planFor(s)[0] ?? 0),
    ready: 0,
    failedChecks: 0,
    inconclusive: 0,
    errors: 0,
    deadline: time(s.now + s.spec.progressDeadlineMs + s.settleMs),
    reason: undefined,
    message: undefined,
  });
}
