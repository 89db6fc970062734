import { pinsTextOf } from '../../pins/pins.ts';
import { isUnpinned } from '../../pins/unpinned.ts';
import { areAllAvailable } from '../../workload/rollout-status.ts';
import type { Observation } from '../observation.ts';
import type { Situation } from '../situation.ts';
import { ROLLING_OUT, type RolloutState } from '../state.ts';

/** Pods of the running version that run on other content than what is pinned for them. */
export interface UnpinnedPods {
  count: number;
  /** Of the first of them. */
  names: string[];
}

const MOST_NAMES = 10;

/**
 * Whether the pods of the running version are to be read, if others may have started since they were: they are pinned, all are
 * there that are wanted, and none makes room for another revision.
 */
export function needsStablePods(
  state: RolloutState | undefined,
  { deployment }: Pick<Observation, 'deployment'>,
): boolean {
  return state !== undefined && isPinned(state) && !ROLLING_OUT.has(state.phase) && areAllAvailable(deployment);
}

const isPinned = ({ stable }: RolloutState): boolean => stable !== undefined && pinsTextOf(stable.template) !== '';

/** The state with what was found out about the pods of the running version. What was not read stays as it was found. */
export function withStablePods(s: Situation): Situation {
  const { unpinnedPods: before, ...state } = s.state;
  if (before === undefined && s.seen.stablePods === undefined) return s;
  const found = s.seen.stablePods === undefined ? before : unpinnedPods(s);
  const kept = found !== undefined && isPinned(state);
  return { ...s, state: { ...state, ...(kept && { unpinnedPods: found }) } };
}

function unpinnedPods({ seen, state }: Situation): UnpinnedPods | undefined {
  const template = state.stable?.template;
  if (template === undefined) return undefined;
  const found = (seen.stablePods ?? []).filter(
    (pod) => pod.metadata.deletionTimestamp === undefined && isUnpinned(pod, template),
  );
  const names = found.map(({ metadata }) => metadata.name).toSorted();
  return names.length === 0 ? undefined : { count: names.length, names: names.slice(0, MOST_NAMES) };
}

/** For a person: what is wrong, and what to do. */
export function unpinnedWords({ count, names }: UnpinnedPods, namespace: string): string {
  const [pods, run, they, them] = count === 1 ? ['pod', 'runs', 'it', 'it'] : ['pods', 'run', 'they', 'them'];
  const others = count > names.length ? ` and ${count - names.length} more` : '';
  return `${count} ${pods} of the running version ${run} on what ConfigMaps and Secrets said when ${they} started, not on what is pinned. Once the policy headgate-config-pins is in force, or the webhook there that stands for it, delete ${them}${others}, and others take their place: kubectl delete pod -n ${namespace} ${names.join(' ')}`;
}
