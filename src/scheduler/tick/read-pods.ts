import type { Observation } from '../../rollout/machine/observation.ts';
import { needsPods } from '../../rollout/machine/observation-needs.ts';
import { needsStablePods } from '../../rollout/machine/pins/stable-pods.ts';
import type { RolloutState } from '../../rollout/machine/state.ts';
import type { RolloutSpec } from '../../rollout/spec/spec-types.ts';
import type { World } from '../world/world.ts';
import { type ObservationReads, valueOf } from './source-reads.ts';

interface Moment {
  spec: RolloutSpec;
  state: RolloutState | undefined;
  now: number;
}

type Pods = Pick<Observation, 'pods' | 'stablePods'>;

/** The pods of the canary and of the running version, where something depends on them. */
export async function readPods(
  { canaryPods, stablePods }: Pick<World, 'canaryPods' | 'stablePods'>,
  seen: Omit<Observation, 'checks'>,
  { spec, state, now }: Moment,
  reading: ObservationReads,
): Promise<Pods> {
  const { canary, deployment } = seen;
  const [pods, stable] = await Promise.all([
    canary && needsPods(state, seen, { spec, now }) ? valueOf(reading, 'pods', () => canaryPods.of(canary)) : undefined,
    needsStablePods(state, seen) ? readStable() : undefined,
  ]);
  return { ...(pods && { pods }), ...(stable && { stablePods: stable }) };

  async function readStable() {
    const isInDoubt = state?.unpinnedPods !== undefined;
    const answer = await reading.read({ source: 'pods', about: 'stable' }, () => stablePods.of(deployment, isInDoubt));
    return answer.known ? answer.value : undefined;
  }
}
