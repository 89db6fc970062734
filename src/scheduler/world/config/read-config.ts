import type { ConfigReading, Observation } from '../../../rollout/machine/observation.ts';
import { needsConfig } from '../../../rollout/machine/pins/pin-move.ts';
import type { RolloutState } from '../../../rollout/machine/state.ts';
import type { RolloutSpec } from '../../../rollout/spec/spec-types.ts';
import type { ConfigObjects } from './config-objects.ts';

/** The ConfigMaps and Secrets that a Deployment refers to, read as far as a decision needs it. @throws KubeError */
export async function readConfig(
  config: ConfigObjects,
  { spec, state }: { spec: RolloutSpec; state: RolloutState | undefined },
  seen: Pick<Observation, 'deployment' | 'hold'>,
): Promise<ConfigReading | undefined> {
  if (config.kinds.length === 0) return undefined;
  return config.of(seen.deployment, spec.configTracking && needsConfig(seen, state));
}
