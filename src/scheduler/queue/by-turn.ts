import { isNotEnrolled } from '../../rollout/machine/canary.ts';
import { URGENCIES } from '../../rollout/machine/places/urgency.ts';
import { ms, ROLLING_OUT, type RolloutState } from '../../rollout/machine/state.ts';
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

type Known = Pick<World, 'records'>;

/**
 * Whether its record says that something is to be done by then: a check, or the routes' write of a weight that was committed. Who was
 * to do it may be gone. While a Deployment rolls out, the record does not say when.
 */
export const isDueBefore = (world: Known, key: string, then: number): boolean =>
  statesOf(world, key)
    .filter(({ phase }) => !ROLLING_OUT.has(phase))
    .flatMap(({ release }) => release ?? [])
    .some(({ weight, weightSince, checkAt }) =>
      checkAt === undefined ? weight > 0 && weightSince === undefined : ms(checkAt) <= then,
    );

/** The same, where it may be. */
export const mayBeDueBefore = (world: Known, key: string, then: number): boolean =>
  isDueBefore(world, key, then) || statesOf(world, key).some(({ phase }) => ROLLING_OUT.has(phase));

/** Whether its record says that nothing is to be done before a time to come, and nothing of what was is left: it stands at a weight. */
export function isSettled(world: Known, key: string, now: number): boolean {
  const states = statesOf(world, key);
  const stands = ({ phase, release }: RolloutState): boolean =>
    !ROLLING_OUT.has(phase) && release?.weightSince !== undefined && ms(release.checkAt ?? '') > now;
  return states.length > 0 && states.every(stands);
}

/** When the next check is to be, milliseconds since the epoch; what waits for something else may be due at any time: 0. */
function dueOf(world: Known, key: string): number {
  const checks = statesOf(world, key).map(({ release }) => release?.checkAt);
  const times = checks.map((checkAt) => (checkAt === undefined ? 0 : ms(checkAt)));
  return times.toSorted((a, b) => a - b)[0] ?? 0;
}

const statesOf = ({ records }: Known, key: string): RolloutState[] =>
  records.about(key).flatMap((record) => (isNotEnrolled(record) ? [] : (stateOf(record.status) ?? [])));
