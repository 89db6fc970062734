import { keyOf } from '../../rollout/kube.ts';
import type { AutoscalerReading } from '../../rollout/machine/autoscaler.ts';
import type { Observation } from '../../rollout/machine/observation.ts';
import { autoscalerToRead } from '../../rollout/machine/observation-needs.ts';
import type { RolloutState } from '../../rollout/machine/state.ts';
import type { RolloutSpec } from '../../rollout/spec/spec-types.ts';
import type { World } from '../world/world.ts';
import { type ObservationReads, valueOf } from './source-reads.ts';

interface Moment {
  spec: RolloutSpec;
  state: RolloutState | undefined;
  /** A revision is held whose release has not begun. */
  isNew: boolean;
}

/** What scales the Deployment and its canary, where a release needs to know; undefined too where it could not be read. */
export async function readAutoscaler(
  { autoscalers }: Pick<World, 'autoscalers'>,
  { deployment, revision }: Pick<Observation, 'deployment' | 'revision'>,
  { spec, state, isNew }: Moment,
  reading: ObservationReads,
): Promise<AutoscalerReading | undefined> {
  const ref = autoscalerToRead(spec, state, isNew);
  if (ref === undefined) {
    autoscalers.forget(keyOf(deployment));
    return undefined;
  }
  const isEnding = state?.phase === 'Finalising';
  return valueOf(reading, 'autoscaler', () => autoscalers.of(deployment, { ref, revision, isEnding }));
}
