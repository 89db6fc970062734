import type { KubeObject, LabelSelector } from '../../kube.ts';
import { type CanaryNames, turnedSelector } from './canary-names.ts';

interface MetricIdentifier {
  name?: string;
  selector?: LabelSelector;
}

interface DescribedObject {
  kind?: string;
  name?: string;
  [field: string]: unknown;
}

/** One entry of `spec.metrics`: its type, and under a field of the type's name what it measures. */
export interface HorizontalMetric {
  type?: string;
  resource?: { name?: string };
  containerResource?: { name?: string; container?: string };
  pods?: { metric?: MetricIdentifier; [field: string]: unknown };
  object?: { metric?: MetricIdentifier; describedObject?: DescribedObject; [field: string]: unknown };
  external?: { metric?: MetricIdentifier; [field: string]: unknown };
  [field: string]: unknown;
}

/** A HorizontalPodAutoscaler of autoscaling/v2. */
export interface HorizontalPodAutoscaler extends KubeObject {
  spec: {
    scaleTargetRef: { apiVersion?: string; kind: string; name: string };
    minReplicas?: number;
    maxReplicas: number;
    metrics?: HorizontalMetric[];
    [field: string]: unknown;
  };
}

/** The same of the canary's pods; undefined where nothing in it says whose figures they are. */
export function turnedMetric(metric: HorizontalMetric, names: CanaryNames): HorizontalMetric | undefined {
  const { pods, object, external } = metric;
  if (pods !== undefined) return { ...metric, pods: { ...pods, ...identifier(pods.metric, names).value } };
  if (object !== undefined) return turnedObject(metric, object, names);
  if (external === undefined) return metric;
  const { value, isTurned } = identifier(external.metric, names);
  return isTurned ? { ...metric, external: { ...external, ...value } } : undefined;
}

/** Figures of an Ingress or a queue are those of stable and canary together, unless they are asked for by name. */
function turnedObject(
  metric: HorizontalMetric,
  object: NonNullable<HorizontalMetric['object']>,
  names: CanaryNames,
): HorizontalMetric | undefined {
  const { describedObject = {} } = object;
  const canary = OWN_KINDS.has(describedObject.kind ?? '') ? names.get(describedObject.name ?? '') : undefined;
  const { value, isTurned } = identifier(object.metric, names);
  if (canary === undefined && !isTurned) return undefined;
  const described = canary === undefined ? describedObject : { ...describedObject, name: canary };
  return { ...metric, object: { ...object, describedObject: described, ...value } };
}

/** Kinds of which the canary has an object of its own, under its own name. */
const OWN_KINDS = new Set(['Deployment', 'Service']);

function identifier(metric: MetricIdentifier | undefined, names: CanaryNames) {
  const { value, isTurned } = turnedSelector(metric?.selector, names);
  return { value: { metric: { ...metric, ...(value && { selector: value }) } }, isTurned };
}

/** For a person: `External metric queue_length`. */
export function titleOfMetric({ type = 'unknown', pods, object, external }: HorizontalMetric): string {
  const { name = '' } = (pods ?? object ?? external)?.metric ?? {};
  const { kind, name: of } = object?.describedObject ?? {};
  return `${type} metric ${name}${of === undefined ? '' : ` of ${kind} ${of}`}`;
}

/** The spec of the canary's autoscaler but for its target and bounds, and what was left out of it. */
export function turnedHorizontal({ spec }: HorizontalPodAutoscaler, names: CanaryNames) {
  const { metrics = [], ...rest } = spec;
  const turned = metrics.map((metric) => turnedMetric(metric, names));
  return {
    spec: { ...rest, metrics: turned.filter((metric) => metric !== undefined) },
    isUsable: turned.some((metric) => metric !== undefined),
    left: metrics.filter((_, index) => turned[index] === undefined).map(titleOfMetric),
  };
}
