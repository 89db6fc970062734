import { canaryName } from '../../../src/rollout/names.ts';
import type { Query } from './panels.ts';

/** The Canary that is chosen above the panels. */
export const CANARY = 'namespace="$namespace",name="$canary"';

export type Side = 'stable' | 'canary';
const SERVICES: Readonly<Record<Side, string>> = { stable: '$service', canary: canaryName('$service') };
const DEPLOYMENTS: Readonly<Record<Side, string>> = { stable: '$deployment', canary: canaryName('$deployment') };

/** What clients sent, as their own proxies and waypoints saw it. */
const seenByClients = 'reporter=~"source|waypoint",destination_service_namespace="$namespace"';
const toSide = (side: Side, more: string) => `${seenByClients},destination_service_name="${SERVICES[side]}"${more}`;

/** Requests a second to one side. @param more matchers */
export const requestRate = (side: Side, more = ''): string =>
  `sum(rate(istio_requests_total{${toSide(side, more)}}[$__rate_interval]))`;

export const latencyQuantile = (side: Side, share: number): string =>
  `histogram_quantile(${share}, sum by (le) (rate(istio_request_duration_milliseconds_bucket{${toSide(side, '')}}[$__rate_interval])))`;

export const unanswered = `sum by (response_flags) (rate(istio_requests_total{${seenByClients},destination_service_name=~"${SERVICES.stable}|${SERVICES.canary}",response_flags!="-"}[$__rate_interval]))`;

/** By the names that ReplicaSets give to pods. */
const ofContainers = (side: Side): string =>
  `namespace="$namespace",pod=~"${DEPLOYMENTS[side]}-[0-9a-z]+-[0-9a-z]{5}",container!="",container!="POD"`;

export const cpu = (side: Side): string =>
  `sum(rate(container_cpu_usage_seconds_total{${ofContainers(side)}}[$__rate_interval]))`;
export const memory = (side: Side): string => `sum(container_memory_working_set_bytes{${ofContainers(side)}})`;

/** The stable version and the canary, side by side. */
export const both = (expr: (side: Side) => string): Query[] => [
  { expr: expr('stable'), legend: 'stable' },
  { expr: expr('canary'), legend: 'canary' },
];
