import { serviceFor } from '../../workload/services.ts';
import { isReachable } from '../canary-pods.ts';
import type { Effect } from '../effects.ts';
import type { Releasing, Situation } from '../situation.ts';
import { type Phase, SERVING } from '../state.ts';
import type { RouteReading } from '../traffic.ts';

/** The Services by which the mesh tells stable and canary apart. */
export function ensureServices({ seen: { services, deployment, taken }, spec, label }: Situation): Effect[] {
  const effects: Effect[] = [];
  if (!services.stable) effects.push({ do: 'createService', service: serviceFor(deployment, spec.service) });
  if (!services.canary && !taken)
    effects.push({ do: 'createService', service: serviceFor(deployment, spec.service, { label }) });
  return effects;
}

const setRoute = (weight: number, route: RouteReading | undefined): Effect => ({
  do: 'setRoute',
  weight,
  ...(route && { version: route.version }),
});

/** What both hosts are reached by in the same way. Nothing is made beside what has a name that the canary needs. */
export const ensurePrerequisites = ({ seen: { prerequisites, taken } }: Situation): Effect[] =>
  prerequisites.filter((change) => !taken || change.do !== 'create').map((change) => ({ do: 'changeTraffic', change }));

/** Without a release all traffic goes to the Deployment. */
export const ensureIdleRoute = ({ seen: { route } }: Situation): Effect[] =>
  route?.unusable || (route?.weight === 0 && !route.stale) ? [] : [setRoute(0, route)];

const mayServe = (phase: Phase): boolean => SERVING.has(phase) || phase === 'Finalising';

/** More weight only onto ready pods that the mesh knows and reaches like the stable ones; less at once. */
export function ensureRoute(s: Releasing): Effect[] {
  const { route } = s.seen;
  const { release, phase } = s.state;
  if (route?.unusable) return [];
  const wanted = mayServe(phase) ? release.weight : 0;
  if (route?.weight === wanted) return route.stale ? [setRoute(wanted, route)] : [];
  const rises = wanted > (route?.weight ?? 0);
  if (!rises || (isReachable(s) && s.seen.prerequisites.length === 0)) return [setRoute(wanted, route)];
  return route?.weight === undefined ? [setRoute(0, route)] : [];
}
