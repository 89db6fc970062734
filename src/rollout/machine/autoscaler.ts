import type { KubeObject } from '../kube.ts';
import type { AutoscalerRef } from '../spec/spec-types.ts';
import type { Autoscaler } from '../workload/autoscaler/canary-autoscaler.ts';

/** What scales a Deployment by its settings, and what scales its canary. */
export interface AutoscalerReading {
  /** Which one the settings name. */
  ref: AutoscalerRef;
  /** As it was when the release began. */
  named: { is: 'found'; autoscaler: Autoscaler } | { is: 'absent' } | { is: 'forbidden' };
  /** What has the name of the canary's autoscaler, whoever made it. */
  canarys?: KubeObject;
  /** What the API server said when it refused that of the canary. */
  refused?: string;
  /** Whether the policy is installed by which no autoscaler shrinks the Deployment; undefined where that may not be read. */
  isFloorKept?: boolean | undefined;
}

export const AUTOSCALER_REASONS = [
  'AutoscalerNotFound',
  'AutoscalerForbidden',
  'AutoscalerMismatch',
  'AutoscalerNameTaken',
  'AutoscalerNotTurned',
  'AutoscalerRefused',
  'FloorNotKept',
] as const;
export type AutoscalerReason = (typeof AUTOSCALER_REASONS)[number];

/** What of an autoscaler a release has to go without, in words for people, with what to do. */
export interface AutoscalerGap {
  reason: AutoscalerReason;
  message: string;
}

/** What a release remembers of the autoscaler that was named when it began. */
export interface ReleaseAutoscaler extends AutoscalerRef {
  gaps: AutoscalerGap[];
}
