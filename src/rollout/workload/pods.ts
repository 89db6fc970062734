import type { Condition, ContainerStatus, Pod } from '../kube.ts';

const readiness = ({ status }: Pod): Condition | undefined => status?.conditions?.find(({ type }) => type === 'Ready');

const isLeaving = ({ metadata }: Pod): boolean => metadata.deletionTimestamp !== undefined;

export const isReady = (pod: Pod): boolean => !isLeaving(pod) && readiness(pod)?.status === 'True';

/**
 * Whether a container of the pod has ended by itself, and the pod is not ready because of it. A pod that is deleted or
 * evicted (its phase is `Failed` then) has ended by somebody else's doing.
 */
export function isCrashing(pod: Pod): boolean {
  const { phase, containerStatuses = [] } = pod.status ?? {};
  if (isLeaving(pod) || isReady(pod) || phase === 'Failed' || phase === 'Succeeded') return false;
  return containerStatuses.some((container) => hasEnded(container, readiness(pod)?.lastTransitionTime));
}

/** @param unreadySince a container that was started again before that has nothing to do with it */
function hasEnded({ state = {}, lastState = {} }: ContainerStatus, unreadySince = ''): boolean {
  if (state.terminated !== undefined) return true;
  if (lastState.terminated === undefined) return false;
  const { startedAt } = state.running ?? {};
  return startedAt === undefined || !(Date.parse(startedAt) < Date.parse(unreadySince));
}
