/** Why a destination cannot be given a share of traffic. The same words are the reasons of conditions. */
export const ROUTE_REASONS = [
  'ServiceNotFound',
  'ServiceHeadless',
  'ServiceExternalName',
  'ServiceNoSelector',
  'NoHTTPPort',
  'ProtocolMismatch',
  'PortAmbiguous',
  'PortNotExposed',
  'SelectorOverlap',
  'SubsetUndefined',
  'DestinationRuleMissing',
  'HostConflict',
  'HostNotQualified',
  'DelegateRoot',
  'NotVisible',
  'UnsupportedRule',
] as const;

export type RouteReason = (typeof ROUTE_REASONS)[number];

export interface RouteRefusal {
  reason: RouteReason;
  /** What is wrong, where, and what to do, for a person. */
  message: string;
}

export const refusal = (reason: RouteReason, message: string): RouteRefusal => ({ reason, message });
