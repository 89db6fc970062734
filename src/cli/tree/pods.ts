import type { Pod } from '../../rollout/kube.ts';
import { isReady } from '../../rollout/workload/pods.ts';
import { aligned, type Entry } from '../outline.ts';
import { podEntry } from './pod.ts';
import type { CanarySnapshot } from './snapshot.ts';

/** More ready pods than these say nothing more. */
const MOST_READY = 10;

/** Those that are not ready first, all of them; of the ready ones, which need nobody's eye, not more than some. */
export function podsShown(pods: readonly Pod[], seen: Pick<CanarySnapshot, 'now' | 'wide'>): Entry[] {
  const sorted = pods.toSorted((a, b) => a.metadata.name.localeCompare(b.metadata.name));
  const ready = sorted.filter(isReady);
  const most = seen.wide ? ready.length : MOST_READY;
  const shown = [...sorted.filter((pod) => !isReady(pod)), ...ready.slice(0, most)];
  const entries = aligned(shown.map((pod) => podEntry(pod, seen)));
  const more = ready.length - most;
  if (more <= 0) return entries;
  return [...entries, { cells: [{ text: `and ${more} more that are ready; -o wide shows them`, colour: 'dim' }] }];
}
