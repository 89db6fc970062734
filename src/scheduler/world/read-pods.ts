import type { Observation } from '../../rollout/machine/observation.ts';
import { needsPods } from '../../rollout/machine/observation-needs.ts';
import { needsStablePods } from '../../rollout/machine/pins/stable-pods.ts';
import type { SourceAnswer } from '../../rollout/machine/sources.ts';
import type { RolloutState } from '../../rollout/machine/state.ts';
import type { RolloutSpec } from '../../rollout/spec/spec-types.ts';
import type { World } from './world.ts';

interface Moment {
  spec: RolloutSpec;
  state: RolloutState | undefined;
  now: number;
}

/** Reads the pods of one Deployment, for as long as the observation may take. */
type PodsReader = <T>(whose: 'canary' | 'stable', read: () => Promise<T>) => Promise<SourceAnswer<T>>;

/** The pods of the canary and of the running version, where something depends on them. */
export async function readPods(
  { canaryPods, stablePods }: Pick<World, 'canaryPods' | 'stablePods'>,
  seen: Omit<Observation, 'checks'>,
  { spec, state, now }: Moment,
  read: PodsReader,
): Promise<Pick<Observation, 'pods' | 'stablePods'>> {
  const { canary, deployment } = seen;
  const isInDoubt = state?.unpinnedPods !== undefined;
  const [ofCanary, ofStable] = await Promise.all([
    canary && needsPods(state, seen, { spec, now, pinned: canaryPods.pinned(canary) })
      ? read('canary', () => canaryPods.of(canary))
      : undefined,
    needsStablePods(state, seen) ? read('stable', () => stablePods.of(deployment, isInDoubt)) : undefined,
  ]);
  return {
    ...(ofCanary?.known && ofCanary.value && { pods: ofCanary.value }),
    ...(ofStable?.known && ofStable.value && { stablePods: ofStable.value }),
  };
}
