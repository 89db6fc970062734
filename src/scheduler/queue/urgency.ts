import { type Urgency, urgencyOf } from '../../rollout/machine/places/urgency.ts';
import { stateOf } from '../../rollout/machine/status.ts';
import { readHold } from '../../rollout/workload/hold.ts';
import type { World } from '../world/world.ts';

/** What a look at a Deployment is for, as the stores have it now; what they do not have is looked at before all that can only begin. */
export function urgencyIn({ enrolled, records }: Pick<World, 'enrolled' | 'records'>, key: string): Urgency {
  const deployment = enrolled.get(key);
  if (deployment === undefined) return 'traffic';
  const states = records.about(key).map(({ status }) => stateOf(status));
  return urgencyOf(
    readHold(deployment),
    states.find((state) => state !== undefined),
  );
}
