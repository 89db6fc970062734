import type { Deployment } from '../../kube.ts';
import { canaryDeployment } from '../../workload/canary-deployment.ts';
import { isDrained, runsRevision } from '../canary-pods.ts';
import type { Effect } from '../effects.ts';
import type { Releasing, Situation } from '../situation.ts';
import { canStart, isKnown } from '../sources.ts';
import { ms, ROLLING_OUT, SERVING } from '../state.ts';
import { trafficObstacle } from '../troubles/traffic-obstacle.ts';
import { canaryScaler } from './autoscaler.ts';

/** Without a release (its record was deleted) a canary is scaled to zero, a settling time after the first look at it. */
export function ensureNoCanary({ state, seen, now, settleMs }: Situation): Effect[] {
  const { canary, route } = seen;
  if (canary === undefined || (canary.spec.replicas ?? 1) === 0 || !isKnown(seen, 'routes')) return [];
  const drained = route === undefined || (route.weight === 0 && now - ms(state.since) >= settleMs);
  return drained ? [{ do: 'scaleCanary', existing: canary, replicas: 0 }] : [];
}

/** The canary Deployment of the release: made, given another revision once no traffic reaches it, sized. */
export function ensureCanary(s: Releasing): Effect[] {
  const { release, phase } = s.state;
  if (!SERVING.has(phase) || release.path !== 'canary') return ensureGone(s);
  if (ROLLING_OUT.has(phase) || release.revision !== s.seen.revision) return [];
  return runsRevision(s.seen.canary, release.revision) ? ensureSize(s, s.seen.canary) : ensureRevision(s);
}

function ensureRevision(s: Releasing): Effect[] {
  const { canary, deployment } = s.seen;
  if (!canStart(s.seen) || trafficObstacle(s) || s.seen.taken) return [];
  const { revision, requestedBy, replicas } = s.state.release;
  const wanted = canaryDeployment(deployment, { revision, requestedBy, replicas, label: s.label });
  if (canary === undefined) return [{ do: 'createCanary', deployment: wanted }];
  return isDrained(s) ? [{ do: 'replaceCanary', existing: canary, wanted }] : [];
}

/** Smaller only once no traffic reaches it, and never against an autoscaler of its own. */
function ensureSize(s: Releasing, canary: Deployment): Effect[] {
  const { replicas } = s.state.release;
  const { replicas: present = 1 } = canary.spec;
  const isKept = !isDrained(s) || canaryScaler(s) !== undefined;
  const fits = replicas === present || (replicas < present && isKept);
  return fits ? [] : [{ do: 'scaleCanary', existing: canary, replicas }];
}

/** No canary is wanted: to zero, once no traffic reaches it, and not while the Deployment rolls out. */
function ensureGone(s: Releasing): Effect[] {
  const { canary } = s.seen;
  const { phase } = s.state;
  if (canary === undefined || (canary.spec.replicas ?? 1) === 0 || !isDrained(s)) return [];
  return ROLLING_OUT.has(phase) ? [] : [{ do: 'scaleCanary', existing: canary, replicas: 0 }];
}
