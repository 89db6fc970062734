import type { Condition, ContainerState, ContainerStatus, Pod } from '../../rollout/kube.ts';
import { isReady } from '../../rollout/workload/pods.ts';
import { ageOf } from '../age.ts';
import type { Entry, Span } from '../outline.ts';
import { oneLine } from '../status-text.ts';
import type { CanarySnapshot } from './snapshot.ts';

/** How a pod stands, in few words, and what Kubernetes says about it. */
interface Standing extends Span {
  message?: string | undefined;
}

const conditionOf = ({ status }: Pod, type: string): Condition | undefined =>
  status?.conditions?.find((condition) => condition.type === type);

/** Reasons to wait that are no trouble. */
const STARTING = new Set(['ContainerCreating', 'PodInitializing']);

const statusesOf = ({ status }: Pod): ContainerStatus[] => [
  ...(status?.initContainerStatuses ?? []),
  ...(status?.containerStatuses ?? []),
];

/** What is wrong comes before what is only not yet right. */
function standingOf(pod: Pod): Standing {
  const { phase = 'Pending', reason, message } = pod.status ?? {};
  if (pod.metadata.deletionTimestamp !== undefined) return { text: 'is being deleted', colour: 'dim' };
  if (phase === 'Failed' || phase === 'Succeeded') return { text: reason ?? phase, colour: 'red', message };
  return stuck(pod) ?? (isReady(pod) ? { text: 'ready', colour: 'green' } : unready(pod));
}

/** A container that cannot run, or has ended. */
function stuck(pod: Pod): Standing | undefined {
  const several = pod.spec.containers.length + (pod.spec.initContainers?.length ?? 0) > 1;
  for (const { name, state } of statusesOf(pod)) {
    const which = several ? ` (${name})` : '';
    const { waiting, terminated } = state ?? {};
    if (waiting?.reason !== undefined && !STARTING.has(waiting.reason))
      return { text: `${waiting.reason}${which}`, colour: 'red', message: waiting.message };
    if (terminated !== undefined && terminated.exitCode !== 0)
      return { text: `ended with ${exitOf(terminated)}${which}`, colour: 'red', message: terminated.message };
  }
  return undefined;
}

function unready(pod: Pod): Standing {
  const scheduled = conditionOf(pod, 'PodScheduled');
  if (scheduled?.status === 'False') return { text: 'not scheduled', colour: 'yellow', message: scheduled.message };
  if (pod.status?.containerStatuses === undefined) return { text: 'pending', colour: 'yellow' };
  const missing = pod.status.containerStatuses.filter(({ ready }) => !ready);
  if (missing.some(({ state }) => state?.waiting !== undefined)) return { text: 'starting', colour: 'yellow' };
  const ready = conditionOf(pod, 'Ready');
  const gated = ready?.reason === 'ContainersNotReady' ? undefined : ready?.message;
  const which = missing.length > 0 ? ` (${missing.map(({ name }) => name).join(', ')})` : '';
  return { text: `running, not ready${which}`, colour: 'yellow', message: gated };
}

const exitOf = ({ exitCode, signal, reason }: NonNullable<ContainerState['terminated']>): string => {
  const why = reason === undefined || reason === 'Error' ? '' : ` (${reason})`;
  return `${signal ? `signal ${signal}` : `exit code ${exitCode}`}${why}`;
};

/** `3 restarts, the last 20s ago after exit code 137 (OOMKilled)`; empty where there were none. */
function restartsOf(pod: Pod, now: number): string {
  const statuses = statusesOf(pod);
  const count = statuses.reduce((sum, { restartCount = 0 }) => sum + restartCount, 0);
  if (count === 0) return '';
  const [last] = statuses
    .flatMap(({ lastState }) => lastState?.terminated ?? [])
    .toSorted((a, b) => (b.finishedAt ?? '').localeCompare(a.finishedAt ?? ''));
  const since = last?.finishedAt === undefined ? '' : ` ${ageOf(last.finishedAt, now)} ago`;
  const ended = last && `, the last${since} after ${exitOf(last)}`;
  return `${count} ${count === 1 ? 'restart' : 'restarts'}${ended ?? ''}`;
}

export function podEntry(pod: Pod, { now, wide }: Pick<CanarySnapshot, 'now' | 'wide'>): Entry {
  const { text, colour, message } = standingOf(pod);
  const { podIP, reason } = pod.status ?? {};
  const place = wide ? [{ text: podIP ?? '-' }, { text: pod.spec.nodeName ?? '-' }] : [];
  const words = message && message !== reason ? [{ text: oneLine(message), colour: 'dim' as const }] : [];
  return {
    cells: [
      { text: `Pod ${pod.metadata.name}` },
      ...place,
      { text, ...(colour && { colour }) },
      { text: restartsOf(pod, now), colour: isReady(pod) ? 'dim' : 'yellow' },
    ],
    details: words,
  };
}
