import { type Urgency, urgencyOf } from '../../rollout/machine/places/urgency.ts';
import { stateOf } from '../../rollout/machine/status.ts';
import { readHold } from '../../rollout/workload/hold.ts';
import type { World } from '../world/world.ts';

/** What a look at a Deployment is for, as the stores have it now; of what they do not have, traffic may be on its way back. */
export function urgencyIn({ enrolled, records }: Pick<World, 'enrolled' | 'records'>, key: string): Urgency {
  const deployment = enrolled.get(key);
  if (deployment === undefined) return 'traffic';
  const states = records.about(key).map(({ status }) => stateOf(status));
  return urgencyOf(
    readHold(deployment),
    states.find((state) => state !== undefined),
  );
}
