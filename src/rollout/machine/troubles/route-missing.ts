import type { RolloutSpec } from '../../spec/spec-types.ts';
import type { TrafficObstacle } from '../../workload/traffic-obstacle.ts';
import type { Situation } from '../situation.ts';
import { ms } from '../state.ts';
import { trafficObstacle } from './traffic-obstacle.ts';

/** A Deployment is applied with what belongs to it, one after the other: its user's own Service and route come first. */
const COMPANY_MS = 3_000;

type Seen = Pick<Situation, 'seen' | 'spec' | 'now'>;

/** Only who wants hosts or a gateway has a route without a release: what nobody needs yet stands in nobody's way. */
export const wantsRoute = ({ service: { hosts, gateways } }: RolloutSpec): boolean =>
  hosts.length > 0 || gateways.length > 0;

/** From when on a Service and a route are made without a release, milliseconds since the epoch; undefined: never. */
export function makesRouteFrom({ spec, seen: { deployment } }: Omit<Seen, 'now'>): number | undefined {
  const { creationTimestamp } = deployment.metadata;
  if (!wantsRoute(spec)) return undefined;
  return creationTimestamp === undefined ? 0 : ms(creationTimestamp) + COMPANY_MS;
}

export const makesRoute = (s: Seen): boolean => s.now >= (makesRouteFrom(s) ?? Number.POSITIVE_INFINITY);

/** Why there is no route where one is wanted; undefined where there is one, or it is about to be made. */
export const routeMissing = (s: Seen): TrafficObstacle | undefined =>
  makesRoute(s) && s.seen.route === undefined ? trafficObstacle(s) : undefined;
