import { ROLE } from '../../keys.ts';
import type { Deployment, KubeObject } from '../../kube.ts';
import { type Kind, namespacedKind, type PatchOperation } from '../../object-change.ts';
import type { AutoscalerRef } from '../../spec/spec-types.ts';
import { generatedMeta } from '../generated.ts';
import { isSame } from '../template.ts';
import type { CanaryNames } from './canary-names.ts';
import { type HorizontalPodAutoscaler, turnedHorizontal } from './horizontal.ts';
import { type ScaledObject, turnedScaledObject } from './scaled-object.ts';

export type Autoscaler = HorizontalPodAutoscaler | ScaledObject;

/** The kinds of what scales a Deployment. */
export const AUTOSCALERS: Readonly<Record<AutoscalerRef['kind'], Kind>> = {
  HorizontalPodAutoscaler: namespacedKind('autoscaling', 'v2', 'horizontalpodautoscalers', 'HorizontalPodAutoscaler'),
  ScaledObject: namespacedKind('keda.sh', 'v1alpha1', 'scaledobjects', 'ScaledObject'),
};

/** The role of what scales a canary. */
const AUTOSCALER_ROLE = 'autoscaler';

/** How many pods an autoscaler lets there be. */
export interface Bounds {
  min: number;
  max: number;
}

const isHorizontal = (autoscaler: Autoscaler): autoscaler is HorizontalPodAutoscaler =>
  autoscaler.kind === AUTOSCALERS.HorizontalPodAutoscaler.kind;

/** KEDA's own default; the API server writes that of a HorizontalPodAutoscaler. */
const MOST_OF_KEDA = 100;

/** The most pods that it gives the Deployment. */
export const mostReplicas = (autoscaler: Autoscaler): number =>
  isHorizontal(autoscaler) ? autoscaler.spec.maxReplicas : (autoscaler.spec.maxReplicaCount ?? MOST_OF_KEDA);

/** What it scales, for a person; undefined where that is this Deployment. */
export function otherTarget(autoscaler: Autoscaler, { metadata }: Deployment): string | undefined {
  const { kind = 'Deployment', name } = autoscaler.spec.scaleTargetRef;
  return kind === 'Deployment' && name === metadata.name ? undefined : `${kind} ${name}`;
}

/** What of an autoscaler can be turned to the canary. */
export interface TurnedAutoscaler {
  spec: Record<string, unknown>;
  /** False: nothing of it measures the canary alone. */
  isUsable: boolean;
  /** What measures stable and canary together, for a person. */
  left: string[];
}

export const turnedAutoscaler = (autoscaler: Autoscaler, names: CanaryNames): TurnedAutoscaler =>
  isHorizontal(autoscaler) ? turnedHorizontal(autoscaler, names) : turnedScaledObject(autoscaler, names);

/**
 * The autoscaler of a canary. It belongs to the canary Deployment, and goes with it at the latest.
 * @param turned of the one that scales the stable Deployment
 */
export function canaryAutoscaler(
  { kind: title }: Pick<AutoscalerRef, 'kind'>,
  turned: TurnedAutoscaler,
  { canary, bounds }: { canary: Deployment; bounds: Bounds },
): KubeObject & { spec: Record<string, unknown> } {
  const { group, version, kind } = AUTOSCALERS[title];
  const { name } = canary.metadata;
  const [least, most] = FIELDS[title];
  const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name };
  return {
    apiVersion: `${group}/${version}`,
    kind,
    metadata: generatedMeta(canary, name, AUTOSCALER_ROLE),
    spec: { ...turned.spec, scaleTargetRef, [least]: bounds.min, [most]: bounds.max },
  };
}

/** Where the two kinds have their bounds. */
const FIELDS = {
  HorizontalPodAutoscaler: ['minReplicas', 'maxReplicas'],
  ScaledObject: ['minReplicaCount', 'maxReplicaCount'],
} as const;

/** Whether Headgate made it. */
export const isGenerated = ({ metadata }: KubeObject): boolean => metadata.labels?.[ROLE] === AUTOSCALER_ROLE;

/**
 * What gives it the bounds that are wanted, and what it scales; none where it has them. Its status is written all the time, so it is told by its uid
 * and the bounds that were seen whether it is still the one that was observed.
 */
export function boundsPatch(
  { kind }: Pick<AutoscalerRef, 'kind'>,
  present: KubeObject,
  wanted: KubeObject & { spec: Record<string, unknown> },
): PatchOperation[] {
  const { spec = {} } = present as { spec?: Record<string, unknown> };
  const fields = FIELDS[kind];
  const isSameAim = isSame(spec['scaleTargetRef'], wanted.spec['scaleTargetRef']);
  if (isSameAim && fields.every((field) => spec[field] === wanted.spec[field])) return [];
  return [
    { op: 'test', path: '/metadata/uid', value: present.metadata.uid },
    ...fields.map((field) => ({ op: 'test' as const, path: `/spec/${field}`, value: spec[field] })),
    { op: 'replace', path: '/spec', value: wanted.spec },
  ];
}
