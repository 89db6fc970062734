import { isCanaryReady, lostReadiness, servesBoth, tamperedSet } from '../canary-pods.ts';
import { fact } from '../facts.ts';
import { judge } from '../judge.ts';
import { wantedReplicas } from '../rollout-status.ts';
import {
  amend,
  fail,
  move,
  type Next,
  NO_REASON,
  NO_TIMERS,
  nameOf,
  type Releasing,
  stay,
  withoutTraffic,
} from '../situation.ts';
import { ms, time } from '../state.ts';
import { canarySize, planOf } from '../steps.ts';

export const planFor = ({ spec, seen }: Releasing): readonly number[] =>
  planOf(spec.analysis.weights, seen.deployment.spec.strategy?.type);

const deadlineFrom = ({ now, spec }: Releasing): string => time(now + spec.progressDeadlineMs);

/** The canary gets ready for a weight, gets the weight, is watched there for an interval, and goes on or back. */
export function progressing(s: Releasing): Next {
  const trouble = canaryTrouble(s);
  if (trouble) return trouble;
  if (wantedReplicas(s.seen.deployment) === 0) return pausedByZero(s);
  const grown = resized(s);
  if (grown) return grown;
  if (!isCanaryReady(s)) return unready(s);
  return readyAt(s);
}

/** What fails a canary at once, also while it is paused. */
export function canaryTrouble(s: Releasing): Next | undefined {
  const { canary, refused } = s.seen;
  const { release } = s.state;
  if (refused !== undefined) return fail(s, 'CanaryRefused', `cannot have a canary: ${refused}`);
  if (lostReadiness(s)) {
    const ready = canary?.status?.readyReplicas ?? 0;
    return fail(s, 'CanaryUnready', `has ${ready} of ${release.replicas} canary pods ready`);
  }
  const { threshold } = s.spec.analysis;
  if (release.failedChecks >= threshold) {
    return fail(s, 'ThresholdReached', `failed ${release.failedChecks} checks, and the threshold is ${threshold} now`);
  }
  const strange = tamperedSet(s);
  if (strange) return fail(s, 'CanaryTampered', `runs pods that nobody released (ReplicaSet ${strange} was edited)`);
  return trafficTrouble(s);
}

/** The mesh cannot tell stable and canary apart: no weight would mean what it says. */
function trafficTrouble(s: Releasing): Next | undefined {
  const { route, deployment } = s.seen;
  const { name } = deployment.metadata;
  if (servesBoth(s)) {
    const words = `cannot be told apart: Service ${name} does not select by the label ${s.label}; add it, or name another by headgate.dev/selector-label`;
    return fail(s, 'ServiceSelectsCanary', words);
  }
  if (!route?.unusable) return undefined;
  return fail(
    s,
    'RouteUnusable',
    `cannot be given traffic: no HTTP route of VirtualService ${name} goes to the Service ${name} alone`,
  );
}

/** A Deployment scaled to zero has no traffic to judge by: the release waits, and starts again. */
function pausedByZero(s: Releasing): Next {
  const message = `${nameOf(s)} is scaled to zero; its release starts again when it is scaled up`;
  const fresh = { ...withoutTraffic(s.state.release), replicas: 0, ready: 0, reason: 'Waiting', message };
  return move(s, 'Waiting', fresh, fact('Waiting', message, s.state.release.revision));
}

/** The canary follows the size of the Deployment; never down in mid-release, as an autoscaler sees only half the traffic. */
function resized(s: Releasing): Next | undefined {
  const { release } = s.state;
  const stableReplicas = Math.max(release.stableReplicas, wantedReplicas(s.seen.deployment));
  const replicas = canarySize(stableReplicas, release.weight || (planFor(s)[0] ?? 0));
  if (stableReplicas === release.stableReplicas && replicas <= release.replicas) return undefined;
  if (replicas <= release.replicas) return amend(s, { stableReplicas });
  return amend(s, { stableReplicas, replicas, deadline: deadlineFrom(s) });
}

function unready(s: Releasing): Next {
  const { release } = s.state;
  if (release.deadline === undefined) return amend(s, { deadline: deadlineFrom(s) });
  if (s.now < ms(release.deadline)) return stay(s);
  const seconds = Math.round(s.spec.progressDeadlineMs / 1000);
  const available = s.seen.canary?.status?.availableReplicas ?? 0;
  return fail(
    s,
    'ProgressDeadlineExceeded',
    `has ${available} of ${release.replicas} canary pods available after ${seconds} s`,
  );
}

/** All wanted pods are ready: take the first weight, note that a weight is live, or judge it. */
function readyAt(s: Releasing): Next {
  const { release } = s.state;
  if (release.weight === 0) return advance(s);
  if (s.seen.route?.weight !== release.weight) return stay(s);
  if (release.weightSince === undefined) {
    const checkAt = time(s.now + s.spec.analysis.intervalMs);
    return amend(s, { weightSince: time(s.now), checkAt, deadline: undefined, ready: release.replicas });
  }
  if (release.deadline !== undefined) return amend(s, { deadline: undefined });
  if (s.seen.checks === undefined || s.now < ms(release.checkAt ?? release.weightSince)) return stay(s);
  return judge(s, s.seen.checks) ?? advance(s);
}

/** The next weight of the plan, whatever the plan was before; or promotion after the last. */
function advance(s: Releasing): Next {
  const { release } = s.state;
  const weight = planFor(s).find((entry) => entry > release.weight);
  return weight === undefined ? promote(s, 'passed its analysis') : giveWeight(s, weight);
}

function giveWeight(s: Releasing, weight: number): Next {
  const { release } = s.state;
  const replicas = Math.max(release.replicas, canarySize(release.stableReplicas, weight));
  const more = replicas > release.replicas ? { deadline: deadlineFrom(s) } : {};
  return move(
    s,
    'Progressing',
    { ...NO_TIMERS, ...NO_REASON, ...more, weight, replicas, ready: release.replicas, errors: 0, inconclusive: 0 },
    fact('Advanced', `Advance ${nameOf(s)} canary weight ${weight}`, release.revision),
  );
}

/** Without the rest of the plan; but where a roll-out stops the stable pods first, all traffic goes to the canary before. */
export function promoteByCommand(s: Releasing): Next {
  const emptied = s.seen.deployment.spec.strategy?.type === 'Recreate' && s.seen.route?.weight !== 100;
  return emptied ? giveWeight(s, 100) : promote(s, 'is promoted by command');
}

/** Open the gate: the canary keeps its weight until the Deployment runs the revision itself. */
function promote(s: Releasing, why: string): Next {
  const { release } = s.state;
  const message = `${nameOf(s)} ${release.revision} ${why}; rolling out to all pods`;
  return move(
    s,
    'Promoting',
    { deadline: undefined, checkAt: undefined, ...NO_REASON },
    fact('Promoting', message, release.revision),
  );
}
