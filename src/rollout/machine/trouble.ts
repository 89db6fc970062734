import { lostReadiness, servesBoth, tamperedSet } from './canary-pods.ts';
import { fail, type Next, type Releasing } from './situation.ts';

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
  return route?.unusable === undefined
    ? undefined
    : fail(s, 'RouteUnusable', `cannot be given traffic: ${route.unusable}`);
}
