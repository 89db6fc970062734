import type { Pod } from '../../rollout/kube.ts';
import { containerStatusesOf, exitWords, podStanding } from '../../rollout/workload/pod-standing.ts';
import { isReady } from '../../rollout/workload/pods.ts';
import { ageOf } from '../age.ts';
import type { Entry } from '../outline.ts';
import { oneLine } from '../text/status-text.ts';
import type { CanarySnapshot } from './snapshot.ts';

const COLOURS = { ready: 'green', starting: 'yellow', broken: 'red', leaving: 'dim' } as const;

/** `3 restarts, the last 20s ago after exit code 137 (OOMKilled)`; empty where there were none. */
function restartsOf(pod: Pod, now: number): string {
  const statuses = containerStatusesOf(pod);
  const count = statuses.reduce((sum, { restartCount = 0 }) => sum + restartCount, 0);
  if (count === 0) return '';
  const [last] = statuses
    .flatMap(({ lastState }) => lastState?.terminated ?? [])
    .toSorted((a, b) => (b.finishedAt ?? '').localeCompare(a.finishedAt ?? ''));
  const since = last?.finishedAt === undefined ? '' : ` ${ageOf(last.finishedAt, now)} ago`;
  const ended = last && `, the last${since} after ${exitWords(last)}`;
  return `${count} ${count === 1 ? 'restart' : 'restarts'}${ended ?? ''}`;
}

export function podEntry(pod: Pod, { now, wide }: Pick<CanarySnapshot, 'now' | 'wide'>): Entry {
  const { is, text, message } = podStanding(pod);
  const { podIP, reason } = pod.status ?? {};
  const place = wide ? [{ text: podIP ?? '-' }, { text: pod.spec.nodeName ?? '-' }] : [];
  const words = message && message !== reason ? [{ text: oneLine(message), colour: 'dim' as const }] : [];
  return {
    cells: [
      { text: `Pod ${pod.metadata.name}` },
      ...place,
      { text, colour: COLOURS[is] },
      { text: restartsOf(pod, now), colour: isReady(pod) ? 'dim' : 'yellow' },
    ],
    details: words,
  };
}
