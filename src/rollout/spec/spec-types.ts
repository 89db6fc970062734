import type { RouteChoice } from './route-choice.ts';
import type { Severity } from './schema/alert-schema.ts';
import type { HookType } from './schema/hook-types.ts';
import type { TemplateKind } from './schema/template-ref.ts';

/** Which measure a check reads: one of Headgate's own on Istio's metrics, the user's PromQL, or what a template says. */
export type MetricSource = { builtin: BuiltinMetric } | { query: string } | { template: MetricTemplateRef };
export type BuiltinMetric = 'request-success-rate' | 'request-duration';

/** A MetricTemplate or ClusterMetricTemplate, and what its own variables stand for. */
export interface MetricTemplateRef {
  kind: TemplateKind;
  name: string;
  /** The Canary's own when left out. */
  namespace?: string;
  variables: Readonly<Record<string, string>>;
}

/** One measure of each round of checks. */
export interface Metric {
  name: string;
  /** Window of the query, in milliseconds. */
  intervalMs: number;
  /** The value must lie in [min, max]; a bound left out does not bind. Percent for the success rate, milliseconds for the duration. */
  bounds: { min?: number; max?: number };
  source: MetricSource;
}

export interface AutoscalerRef {
  apiVersion: string;
  kind: 'HorizontalPodAutoscaler' | 'ScaledObject';
  name: string;
}

/** How the Deployment is reached. */
export interface ServiceSpec {
  /** Of the Service by which clients reach the app; found in the cluster when left out. */
  name?: string;
  /** Of the Service that is made where there is none, and the port that a gateway sends to where there are several. */
  port?: number;
  portName: string;
  /** Number or name of a container port; the Service's port when left out. */
  targetPort?: number | string;
  /** The only routes that get weights. */
  routes?: RouteChoice[];
  /** External host names, besides the Service's own. */
  hosts: string[];
  /** `<namespace>/<name>` or name of Istio Gateways, besides the mesh itself. */
  gateways: string[];
  /** What Headgate's own route says besides hosts, gateways and destinations: fields of Istio's HTTPRoute. */
  http?: Readonly<Record<string, unknown>>;
  /** Of the DestinationRules for stable and canary alike: Istio's TrafficPolicy. */
  trafficPolicy?: Readonly<Record<string, unknown>>;
}

/** A service that is asked in the course of a release. */
export interface Hook {
  name: string;
  type: HookType;
  url: string;
  /** Longest wait for one answer, in milliseconds. */
  timeoutMs: number;
  /** Calls that may follow the first. */
  retries: number;
  metadata: Record<string, string>;
  /** Gates only: longest wait for the approval, in milliseconds. */
  timeLimitMs?: number;
  muteAlert: boolean;
}

/** A receiver of notifications. */
export interface Alert {
  name: string;
  severity: Severity;
  provider: { name: string; namespace?: string };
  /** Every failed check too. */
  checks: boolean;
}

/** How a canary is judged, and who is asked and told. */
export interface AnalysisSpec {
  /** Time at each weight before its check, and between checks, in milliseconds. */
  intervalMs: number;
  /** Failed checks, over the whole release, that fail it; at least 1. */
  threshold: number;
  /** The canary's weight at each step, in percent: strictly rising, the last at most 100. */
  weights: number[];
  metrics: Metric[];
  /** Consecutive checks without data (no traffic) that fail the release. */
  inconclusiveLimit: number;
  /** Consecutive checks with an unreachable metrics server that fail the release. */
  errorLimit: number;
  /** How long up to half of the canary's pods may be unready before the release fails, in milliseconds. */
  unreadyGraceMs: number;
  /** In the order in which they were written. */
  webhooks: Hook[];
  alerts: Alert[];
}

/** How one Deployment is released: complete and normalised, durations in milliseconds. */
export interface RolloutSpec {
  /** Longest wait for the canary's pods; the promoted Deployment has its own `progressDeadlineSeconds`. */
  progressDeadlineMs: number;
  /** How long after a promotion the way back to the revision before it is not gated. */
  rollbackWindowMs: number;
  autoscalerRef?: AutoscalerRef;
  /** The selector label that gets the suffix `-canary`; found by convention when left out. */
  selectorLabel?: string;
  skipAnalysis: boolean;
  suspend: boolean;
  /** A change of a ConfigMap or Secret that the pods run on is a revision. */
  configTracking: boolean;
  service: ServiceSpec;
  analysis: AnalysisSpec;
}

/** One thing wrong in what a person wrote: where, what it is, and what would be right. */
export interface Problem {
  /** Annotation key or field path, such as `headgate.dev/interval` or `spec.analysis.interval`. */
  key: string;
  value?: unknown;
  message: string;
}

/** A value that is right in every respect, or everything that is wrong with it. */
export type Validated<T> = { ok: true; value: T } | { ok: false; problems: Problem[] };
