import type { Condition, ContainerState, ContainerStatus, Pod } from '../kube.ts';
import { isReady } from './pods.ts';

/** How a pod stands, in few words, and what Kubernetes says about it. */
export interface PodStanding {
  /** `broken`: it will not get ready by waiting alone. */
  is: 'ready' | 'starting' | 'broken' | 'leaving';
  text: string;
  message?: string | undefined;
}

const conditionOf = ({ status }: Pod, type: string): Condition | undefined =>
  status?.conditions?.find((condition) => condition.type === type);

/** Reasons to wait that are no trouble. */
const STARTING = new Set(['ContainerCreating', 'PodInitializing']);

export const containerStatusesOf = ({ status }: Pod): ContainerStatus[] => [
  ...(status?.initContainerStatuses ?? []),
  ...(status?.containerStatuses ?? []),
];

/** What is wrong comes before what is only not yet right. */
export function podStanding(pod: Pod): PodStanding {
  const { phase = 'Pending', reason, message } = pod.status ?? {};
  if (pod.metadata.deletionTimestamp !== undefined) return { is: 'leaving', text: 'is being deleted' };
  if (phase === 'Failed' || phase === 'Succeeded') return { is: 'broken', text: reason ?? phase, message };
  return stuck(pod) ?? (isReady(pod) ? { is: 'ready', text: 'ready' } : unready(pod));
}

/** A container that cannot run, or has ended. */
function stuck(pod: Pod): PodStanding | undefined {
  const several = pod.spec.containers.length + (pod.spec.initContainers?.length ?? 0) > 1;
  for (const { name, state } of containerStatusesOf(pod)) {
    const which = several ? ` (${name})` : '';
    const { waiting, terminated } = state ?? {};
    if (waiting?.reason !== undefined && !STARTING.has(waiting.reason))
      return { is: 'broken', text: `${waiting.reason}${which}`, message: waiting.message };
    if (terminated !== undefined && terminated.exitCode !== 0)
      return { is: 'broken', text: `ended with ${exitWords(terminated)}${which}`, message: terminated.message };
  }
  return undefined;
}

function unready(pod: Pod): PodStanding {
  const scheduled = conditionOf(pod, 'PodScheduled');
  if (scheduled?.status === 'False') return { is: 'starting', text: 'not scheduled', message: scheduled.message };
  if (pod.status?.containerStatuses === undefined) return { is: 'starting', text: 'pending' };
  const missing = pod.status.containerStatuses.filter(({ ready }) => !ready);
  if (missing.some(({ state }) => state?.waiting !== undefined)) return { is: 'starting', text: 'starting' };
  const ready = conditionOf(pod, 'Ready');
  const gated = ready?.reason === 'ContainersNotReady' ? undefined : ready?.message;
  const which = missing.length > 0 ? ` (${missing.map(({ name }) => name).join(', ')})` : '';
  return { is: 'starting', text: `running, not ready${which}`, message: gated };
}

/** How a container ended. */
export const exitWords = ({ exitCode, signal, reason }: NonNullable<ContainerState['terminated']>): string => {
  const why = reason === undefined || reason === 'Error' ? '' : ` (${reason})`;
  return `${signal ? `signal ${signal}` : `exit code ${exitCode}`}${why}`;
};
