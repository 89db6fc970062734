/**
 * The reasons that Headgate gives, one constant each: the same word goes into Events, conditions, log lines and metrics.
 * `type` is that of the Kubernetes Event.
 */
export const REASONS = {
  Enrolled: 'Normal',
  NewRevision: 'Normal',
  Superseded: 'Normal',
  ConfigPinning: 'Normal',
  Waiting: 'Normal',
  WaitingForPlace: 'Normal',
  SourceUnknown: 'Warning',
  NameTaken: 'Warning',
  WaitingForApproval: 'Warning',
  HookPassed: 'Normal',
  HookFailed: 'Warning',
  Advanced: 'Normal',
  CheckFailed: 'Warning',
  CheckInconclusive: 'Warning',
  CheckError: 'Warning',
  Paused: 'Normal',
  Resumed: 'Normal',
  Promoting: 'Normal',
  Promoted: 'Normal',
  Withdrawn: 'Normal',
  WayBack: 'Normal',
  NothingToProtect: 'Normal',
  WentAround: 'Warning',
  BypassExpired: 'Normal',
  RolloutStalled: 'Warning',
  RolloutRefused: 'Warning',
  ThresholdReached: 'Warning',
  NoTraffic: 'Warning',
  MetricsUnavailable: 'Warning',
  PolicyGap: 'Warning',
  AutoscalerNotFound: 'Warning',
  AutoscalerForbidden: 'Warning',
  AutoscalerMismatch: 'Warning',
  AutoscalerNameTaken: 'Warning',
  AutoscalerNotTurned: 'Warning',
  AutoscalerRefused: 'Warning',
  FloorNotKept: 'Warning',
  CanaryDegraded: 'Warning',
  CanaryNotReady: 'Warning',
  CanaryUnready: 'Warning',
  CanaryRefused: 'Warning',
  CanaryTampered: 'Warning',
  ConfigUnpinned: 'Warning',
  ProgressDeadlineExceeded: 'Warning',
  GateTimedOut: 'Warning',
  RollbackRequested: 'Warning',
  Aborted: 'Warning',
  RecordDeleted: 'Warning',
  RecordRefused: 'Warning',
  RolledBack: 'Warning',
  StableRestored: 'Warning',
  ServiceNotFound: 'Warning',
  ServiceAmbiguous: 'Warning',
  ServiceHeadless: 'Warning',
  ServiceExternalName: 'Warning',
  ServiceNoSelector: 'Warning',
  SelectorOverlap: 'Warning',
  NoHTTPPort: 'Warning',
  ProtocolMismatch: 'Warning',
  PortAmbiguous: 'Warning',
  PortNotExposed: 'Warning',
  SubsetUndefined: 'Warning',
  TrafficPolicyMissing: 'Warning',
  HostConflict: 'Warning',
  HostNotQualified: 'Warning',
  DelegateRoot: 'Warning',
  NotVisible: 'Warning',
  UnsupportedRule: 'Warning',
  GatewayNotFound: 'Warning',
  RouteNameTaken: 'Warning',
  RouteNotFound: 'Warning',
  RouteForbidden: 'Warning',
  RouteGone: 'Warning',
  InvalidSpec: 'Warning',
  CommandRefused: 'Warning',
  NotificationFailed: 'Warning',
} as const satisfies Record<string, 'Normal' | 'Warning'>;

export type Reason = keyof typeof REASONS;

/** One thing that happened, in words for people: what goes out as Event, log line, metric and notification. */
export interface Fact {
  reason: Reason;
  message: string;
  /** The revision it is about. */
  revision?: string;
  /** Its author asked that nobody be notified of it. */
  muted?: true;
}

export const fact = (reason: Reason, message: string, revision?: string): Fact => ({
  reason,
  message,
  ...(revision !== undefined && { revision }),
});
