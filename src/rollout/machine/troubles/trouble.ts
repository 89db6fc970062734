import { tamperedSet } from '../canary-pods.ts';
import { fail, type Next, type Releasing } from '../situation.ts';
import { podFailure } from './missing-pods.ts';
import { trafficObstacle } from './traffic-obstacle.ts';
import { unpinnedPod } from './unpinned-pods.ts';

/** What fails a canary at once, also while it is paused. */
export function canaryTrouble(s: Releasing): Next | undefined {
  const { refused } = s.seen;
  const { release } = s.state;
  if (refused !== undefined) return fail(s, 'CanaryRefused', `cannot have a canary: ${refused}`);
  const unready = podFailure(s);
  if (unready !== undefined) return fail(s, 'CanaryUnready', unready);
  const unpinned = unpinnedPod(s.seen);
  if (unpinned !== undefined) return fail(s, 'ConfigUnpinned', unpinned);
  const { threshold } = s.spec.analysis;
  if (release.failedChecks >= threshold) {
    return fail(s, 'ThresholdReached', `failed ${release.failedChecks} checks, and the threshold is ${threshold} now`);
  }
  const strange = tamperedSet(s);
  if (strange) return fail(s, 'CanaryTampered', `runs pods that nobody released (ReplicaSet ${strange} was edited)`);
  return trafficTrouble(s);
}

/** What keeps a weight from arriving: as much traffic would be lost. */
function trafficTrouble(s: Releasing): Next | undefined {
  const obstacle = trafficObstacle(s);
  return obstacle && fail(s, obstacle.reason, `cannot be given traffic: ${obstacle.message}`);
}
