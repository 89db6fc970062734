import { canaryService, isAsWanted, stableService } from '../../workload/services.ts';
import { isMadeFor } from '../../workload/taken-names.ts';
import { isReachable } from '../canary-pods.ts';
import type { Effect } from '../effects.ts';
import { isElsewhere, isRoutable, isStableRoutable, meshKnowsCanary } from '../routable.ts';
import type { Releasing, Situation } from '../situation.ts';
import { canAdvance, isKnown, isRouteUnseen } from '../sources.ts';
import { ACTIVE, type Phase, SERVING } from '../state.ts';
import type { RouteReading } from '../traffic.ts';
import { isRouteGone } from '../troubles/route-gone.ts';
import { makesRoute } from '../troubles/route-missing.ts';
import { trafficObstacle } from '../troubles/traffic-obstacle.ts';

/** The canary's Service is needed for as long as a release may have traffic. */
const needsCanaryService = ({ state: { phase, release } }: Situation): boolean =>
  release?.path === 'canary' && ACTIVE.has(phase) && phase !== 'Waiting';

/**
 * The Services by which the mesh tells stable and canary apart. The canary's follows the stable one's ports before the next
 * weight, and what its settings say; the stable one is made only where its user has none.
 */
export function ensureServices(s: Situation): Effect[] {
  const { service, canaryService: present, deployment, taken } = s.seen;
  const isNeeded = needsCanaryService(s) && taken === undefined;
  if (trafficObstacle(s) !== undefined || !(makesRoute(s) || isNeeded)) return [];
  if (service.is === 'absent') return [{ do: 'createService', service: stableService(deployment, s.spec.service) }];
  if (service.is !== 'found' || !isNeeded) return [];
  const wanted = canaryService(deployment, service.service, s.label);
  if (present === undefined) return [{ do: 'createService', service: wanted }];
  // One that a user wrote for the canary is theirs, and is judged with the routes.
  return !isMadeFor(present, deployment) || isAsWanted(present, wanted)
    ? []
    : [{ do: 'replaceService', existing: present, wanted }];
}

const setRoute = (weight: number, route: RouteReading | undefined): Effect => ({
  do: 'setRoute',
  weight,
  ...(route && { version: route.version }),
});

/**
 * What both hosts are reached by in the same way. Nothing is made beside what has a name that the canary needs, and nothing is
 * made of a part of what there is.
 */
export function ensurePrerequisites({ seen }: Situation): Effect[] {
  const { prerequisites, taken } = seen;
  if (!isKnown(seen, 'services', 'routes', 'rules')) return [];
  const wanted = prerequisites.filter((change) => !taken || change.do !== 'create');
  return wanted.map((change) => ({
    do: 'changeTraffic',
    change,
    ...(isElsewhere(seen, change) && { isElsewhere: true as const }),
  }));
}

/** Without a release all traffic goes to the Deployment. */
export function ensureIdleRoute(s: Situation): Effect[] {
  const { route } = s.seen;
  // A route of Headgate's own names the ports of the stable Service, so that is there first.
  if (route === undefined)
    return makesRoute(s) && isStableRoutable(s) && isKnown(s.seen, 'routes', 'rules') ? [setRoute(0, undefined)] : [];
  return route.weight === 0 && !route.stale ? [] : [setRoute(0, route)];
}

const mayServe = (phase: Phase): boolean => SERVING.has(phase) || phase === 'Finalising';

/** Whether a weight would find all that it needs, as far as it is all known. */
const arrives = (s: Releasing): boolean => canAdvance(s.seen) && isRoutable(s) && meshKnowsCanary(s) && isReachable(s);

/** There is nothing to write to: the user took it away, or it cannot be read. */
const isWithoutRoute = ({ seen, state: { release, phase } }: Releasing): boolean =>
  isRouteUnseen(seen) || (ACTIVE.has(phase) && isRouteGone(release, seen));

/** A route that has its weight, and differs otherwise from what it should be. */
const renewed = (s: Releasing, route: RouteReading, weight: number): Effect[] =>
  route.stale && meshKnowsCanary(s) ? [setRoute(weight, route)] : [];

/** More weight only onto ready pods that the mesh knows and reaches like the stable ones; less at once. */
export function ensureRoute(s: Releasing): Effect[] {
  const { route } = s.seen;
  const { release, phase } = s.state;
  if (isWithoutRoute(s)) return [];
  const wanted = mayServe(phase) ? release.weight : 0;
  if (wanted === 0) return ensureIdleRoute(s);
  if (route?.weight === wanted) return renewed(s, route, wanted);
  const rises = wanted > (route?.weight ?? 0);
  if (!rises || arrives(s)) return [setRoute(wanted, route)];
  return route !== undefined && route.weight === undefined ? [setRoute(0, route)] : [];
}
