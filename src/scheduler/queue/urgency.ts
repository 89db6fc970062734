import { type Urgency, urgencyOf } from '../../rollout/machine/places/urgency.ts';
import { stateOf } from '../../rollout/machine/status.ts';
import { readHold } from '../../rollout/workload/hold.ts';
import type { World } from '../world/world.ts';

/**
 * What a look at a Deployment is for, as the stores have it now. Of one that they do not have, traffic may be on its way back; but only
 * its Canary tells that: anybody's route may name Deployments that there are not.
 */
export function urgencyIn({ enrolled, records }: Pick<World, 'enrolled' | 'records'>, key: string): Urgency {
  const deployment = enrolled.get(key);
  const about = records.about(key);
  if (deployment === undefined) return about.length > 0 ? 'traffic' : 'start';
  const states = about.map(({ status }) => stateOf(status));
  return urgencyOf(
    readHold(deployment),
    states.find((state) => state !== undefined),
  );
}
