import type { Severity } from '../spec/schema/alert-schema.ts';
import { TRAFFIC_REASONS } from '../workload/traffic-obstacle.ts';
import type { Reason } from './facts.ts';

/** Nothing is released until it is mended. */
const TRAFFIC_SEVERITIES = Object.fromEntries(TRAFFIC_REASONS.map((reason) => [reason, 'error' as const]));

/** What people are notified of, and how serious it is. A failure is told when traffic turns back, not again when it is over. */
export const SEVERITY_OF: Partial<Record<Reason, Severity>> = {
  NewRevision: 'info',
  Superseded: 'info',
  Promoted: 'info',
  Withdrawn: 'info',
  WayBack: 'info',
  NameTaken: 'warn',
  SourceUnknown: 'warn',
  WaitingForApproval: 'warn',
  CanaryNotReady: 'warn',
  CheckFailed: 'warn',
  CheckInconclusive: 'warn',
  CheckError: 'warn',
  WentAround: 'warn',
  HookFailed: 'warn',
  StableRestored: 'warn',
  RolloutStalled: 'error',
  RolloutRefused: 'error',
  ThresholdReached: 'error',
  NoTraffic: 'error',
  MetricsUnavailable: 'error',
  CanaryUnready: 'error',
  CanaryRefused: 'error',
  CanaryTampered: 'error',
  ConfigUnpinned: 'error',
  RouteGone: 'error',
  ProgressDeadlineExceeded: 'error',
  GateTimedOut: 'error',
  RollbackRequested: 'error',
  Aborted: 'error',
  RecordDeleted: 'error',
  ...TRAFFIC_SEVERITIES,
};

/** Told only to those who ask for every check. */
export const ABOUT_CHECKS: ReadonlySet<Reason> = new Set(['CheckFailed', 'CheckInconclusive', 'CheckError']);
