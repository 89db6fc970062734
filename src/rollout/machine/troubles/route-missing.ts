import type { RolloutSpec } from '../../spec/spec-types.ts';
import type { TrafficObstacle, TrafficReason } from '../../workload/traffic-obstacle.ts';
import type { Situation } from '../situation.ts';
import { ms } from '../state.ts';
import { trafficObstacle } from './traffic-obstacle.ts';

/** A Deployment is applied with what belongs to it, one after the other: its user's own Service and route come first. */
const COMPANY_MS = 3_000;

type Seen = Pick<Situation, 'seen' | 'spec' | 'now'>;

/** Only who wants hosts or a gateway has a route without a release: what nobody needs yet stands in nobody's way. */
export const wantsRoute = ({ service: { hosts, gateways } }: RolloutSpec): boolean =>
  hosts.length > 0 || gateways.length > 0;

/** Or who names routes of their own, which are to be there. */
export const expectsRoute = (spec: RolloutSpec): boolean => wantsRoute(spec) || spec.service.routes !== undefined;

/** From when on a route that is expected, and not there, is missed, milliseconds since the epoch; undefined: never. */
export function expectsRouteFrom({ spec, seen: { deployment } }: Omit<Seen, 'now'>): number | undefined {
  const { creationTimestamp } = deployment.metadata;
  if (!expectsRoute(spec)) return undefined;
  return creationTimestamp === undefined ? 0 : ms(creationTimestamp) + COMPANY_MS;
}

const isTime = (s: Seen): boolean => s.now >= (expectsRouteFrom(s) ?? Number.POSITIVE_INFINITY);

/** Whether a Service and a route are made without a release. */
export const makesRoute = (s: Seen): boolean => wantsRoute(s.spec) && isTime(s);

/** Reasons that are about a route by its name. */
const OF_NAMED: ReadonlySet<TrafficReason> = new Set(['RouteNotFound', 'RouteForbidden']);

/** Why there is no route where one is wanted, or not all that are named; undefined where there are, or one is about to be made. */
export function routeMissing(s: Seen): TrafficObstacle | undefined {
  const found = isTime(s) ? trafficObstacle(s) : undefined;
  const isMissing = makesRoute(s) && s.seen.route === undefined;
  return found !== undefined && (isMissing || OF_NAMED.has(found.reason)) ? found : undefined;
}
