import type { Effect } from './effects.ts';
import type { Observation } from './observation.ts';
import { isStableRoutable } from './routable.ts';
import type { Situation } from './situation.ts';
import { isKnown, isRouteUnseen } from './sources.ts';
import { type RolloutState, time } from './state.ts';
import { isRouteGone } from './troubles/route-gone.ts';

/*
 * A weight is committed before it is written to the routes, and a worker may be stopped in between. Its write is good for the
 * routes as it saw them. Whoever takes the weight back writes them, and so spoils it; but where no route had the weight yet,
 * there would be nothing to write. Then a mark is written, which is a write like any other, and taken away again:
 *
 *   worker A   commits 20 % ─────────── is stopped ───────────────────── writes 20 %: refused
 *   worker B                  commits 0 %, as A's release failed ─ marks the route ─ takes the mark away
 */

interface Seen {
  seen: Observation;
  now: number;
}

/** The state after a decision, which remembers that the routes are to be marked until they were seen so. */
export function withFence(before: RolloutState | undefined, after: RolloutState, { seen, now }: Seen): RolloutState {
  const [was, is] = [before?.release, after.release];
  if (was === undefined || is === undefined) return after;
  const fence = isUnwritten(was.weight, is.weight, seen) ? time(now) : was.fence;
  const wanted = fence === undefined || fence === seen.fence || isRouteGone(was, seen) ? undefined : fence;
  if (wanted === is.fence) return after;
  const { fence: _before, ...release } = is;
  return { ...after, release: { ...release, ...(wanted !== undefined && { fence: wanted }) } };
}

/** A weight is taken back that no route was seen to have, and to take it back writes nothing. */
const isUnwritten = (was: number, is: number, { route }: Observation): boolean =>
  is < was && (route === undefined || (route.weight !== undefined && route.weight <= is));

/** Marks the routes, or makes the one that was to be made, where nothing else is to be written; and takes the mark away. */
export function ensureFence(s: Situation, written: readonly Effect[]): Effect[] {
  const { route, fence: seen } = s.seen;
  const { fence } = s.state.release ?? {};
  if (written.length > 0 || fence === seen || isRouteUnseen(s.seen)) return [];
  if (route !== undefined) return [{ do: 'markRoute', version: route.version, ...(fence !== undefined && { fence }) }];
  const isMade = fence !== undefined && isStableRoutable(s) && isKnown(s.seen, 'routes', 'rules');
  return isMade ? [{ do: 'setRoute', weight: 0 }] : [];
}
