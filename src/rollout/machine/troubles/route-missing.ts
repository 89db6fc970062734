import type { RolloutSpec } from '../../spec/spec-types.ts';
import type { TrafficObstacle } from '../../workload/traffic-obstacle.ts';
import type { Situation } from '../situation.ts';
import { trafficObstacle } from './traffic-obstacle.ts';

/** Only who wants hosts or a gateway has a route without a release: what nobody needs yet stands in nobody's way. */
export const wantsRoute = ({ service: { hosts, gateways } }: RolloutSpec): boolean =>
  hosts.length > 0 || gateways.length > 0;

/** Why there is no route where one is wanted; undefined where there is one, or it is about to be made. */
export const routeMissing = (s: Pick<Situation, 'seen' | 'spec'>): TrafficObstacle | undefined =>
  wantsRoute(s.spec) && s.seen.route === undefined ? trafficObstacle(s) : undefined;
