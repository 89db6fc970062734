import { URGENCIES } from '../../rollout/machine/places/urgency.ts';
import { ms } from '../../rollout/machine/state.ts';
import { stateOf } from '../../rollout/machine/status.ts';
import type { World } from '../world/world.ts';
import { urgencyIn } from './urgency.ts';

/** The keys of Deployments in the order in which they are to be looked at: by what the look is for, then what is due first. */
export function byTurn(world: Pick<World, 'enrolled' | 'records'>, keys: Iterable<string>): string[] {
  const turns = [...keys].map((key) => ({
    key,
    urgency: URGENCIES.indexOf(urgencyIn(world, key)),
    due: dueOf(world, key),
  }));
  return turns.toSorted((a, b) => a.urgency - b.urgency || a.due - b.due).map(({ key }) => key);
}

/** When the next check is to be, milliseconds since the epoch; what waits for something else may be due at any time: 0. */
function dueOf({ records }: Pick<World, 'records'>, key: string): number {
  const checks = records.about(key).map(({ status }) => stateOf(status)?.release?.checkAt);
  const times = checks.map((checkAt) => (checkAt === undefined ? 0 : ms(checkAt)));
  return times.toSorted((a, b) => a - b)[0] ?? 0;
}
