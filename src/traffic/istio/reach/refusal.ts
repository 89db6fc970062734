import type { TrafficObstacle, TrafficReason } from '../../../rollout/workload/traffic-obstacle.ts';

/** Why a destination cannot be given a share of traffic. */
export type RouteRefusal = TrafficObstacle;

export const refuseRoute = (reason: TrafficReason, message: string): RouteRefusal => ({ reason, message });
