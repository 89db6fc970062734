/**
 * Why no part of a Deployment's traffic can be given to its canary: the same words are the reasons of conditions and Events.
 * Services are judged by the core, routes by their provider.
 */
export const TRAFFIC_REASONS = [
  /** No Service leads to the Deployment's pods, or the one that is named does not. */
  'ServiceNotFound',
  /** Several do, or one that leads to other pods too. */
  'ServiceAmbiguous',
  /** Clients of a headless Service pick pods by themselves. */
  'ServiceHeadless',
  'ServiceExternalName',
  'ServiceNoSelector',
  /** A Service of the user's would lead to the canary's pods as well. */
  'SelectorOverlap',
  'NoHTTPPort',
  /** The same port speaks another protocol on the canary's side. */
  'ProtocolMismatch',
  'PortAmbiguous',
  'PortNotExposed',
  'SubsetUndefined',
  /** What holds for connections to the stable pods cannot be made to hold for the canary's. */
  'TrafficPolicyMissing',
  /** Another route speaks for the host. */
  'HostConflict',
  'HostNotQualified',
  'DelegateRoot',
  'NotVisible',
  'UnsupportedRule',
  'GatewayNotFound',
  /** A route of the wanted name is somebody else's. */
  'RouteNameTaken',
  /** The settings name a route that is not there, or does not lead to the Service. */
  'RouteNotFound',
  /** They name one where Headgate may not change any. */
  'RouteForbidden',
] as const;

export type TrafficReason = (typeof TRAFFIC_REASONS)[number];

export interface TrafficObstacle {
  reason: TrafficReason;
  /** What is wrong, where, and what to do, for a person. */
  message: string;
}
