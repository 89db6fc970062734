import { fact } from '../facts.ts';
import type { Observation } from '../observation.ts';
import { displayName, fail, type Next, type Releasing, updateRelease, withoutTraffic } from '../situation.ts';
import { isRouteUnseen } from '../sources.ts';
import { type Release, SERVING } from '../state.ts';

/** Whether the routes by which the canary had its weight were its user's, and none of them is left. */
export const isRouteGone = ({ adopted }: Release, seen: Observation): boolean =>
  adopted === true && seen.route === undefined && !isRouteUnseen(seen);

/**
 * The user of a route deletes it in mid-release, or leads it elsewhere: the Service has all traffic at once. The release ends
 * there; what its user took away is not made again. A revision that is past its analysis goes on to all pods.
 */
export function routeGone(s: Releasing): Next | undefined {
  const { phase, release } = s.state;
  if (!isRouteGone(release, s.seen) || release.weight === 0) return undefined;
  const words = `has lost its route at weight ${release.weight}: its user deleted it, or it leads elsewhere now`;
  if (phase === 'Progressing' || phase === 'Paused') return fail(s, 'RouteGone', words);
  const told = `${displayName(s)} ${release.revision} ${words}; the Service has all traffic`;
  const facts = SERVING.has(phase) ? [fact('RouteGone', told, release.revision)] : [];
  return updateRelease(s, withoutTraffic(release), ...facts);
}
