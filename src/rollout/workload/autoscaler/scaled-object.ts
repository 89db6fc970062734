import type { KubeObject } from '../../kube.ts';
import { type CanaryNames, turnedText } from './canary-names.ts';

export interface Trigger {
  type: string;
  name?: string;
  metadata?: Record<string, string>;
  [field: string]: unknown;
}

/** A ScaledObject of keda.sh/v1alpha1. */
export interface ScaledObject extends KubeObject {
  spec: {
    scaleTargetRef: { apiVersion?: string; kind?: string; name: string; [field: string]: unknown };
    minReplicaCount?: number;
    maxReplicaCount?: number;
    advanced?: {
      horizontalPodAutoscalerConfig?: { name?: string; [field: string]: unknown };
      scalingModifiers?: { formula?: string; [field: string]: unknown };
      [field: string]: unknown;
    };
    triggers: Trigger[];
    [field: string]: unknown;
  };
}

/** Those of the pods that are scaled, whosever they are. */
const OF_PODS = new Set(['cpu', 'memory']);

/** The same of the canary; undefined where nothing in it says whose figures they are. */
export function turnedTrigger(trigger: Trigger, names: CanaryNames): Trigger | undefined {
  if (OF_PODS.has(trigger.type)) return trigger;
  const entries = Object.entries(trigger.metadata ?? {}).map(([key, text]) => [key, turnedText(text, names)] as const);
  if (!entries.some(([, { isTurned }]) => isTurned)) return undefined;
  return { ...trigger, metadata: Object.fromEntries(entries.map(([key, { value }]) => [key, value])) };
}

const titleOfTrigger = ({ type, name }: Trigger): string =>
  `trigger ${name === undefined ? type : `${name} (${type})`}`;

/**
 * The spec of the canary's but for its target and bounds, and what was left out of it. It has no `idleReplicaCount`, which would
 * take the canary to zero between two requests, and no `fallback`, which counts the pods of the stable one; a formula that
 * names a trigger that is left out has no meaning.
 */
export function turnedScaledObject({ spec }: ScaledObject, names: CanaryNames) {
  const { triggers, advanced, idleReplicaCount: _idle, fallback: _fallback, ...rest } = spec;
  const turned = triggers.map((trigger) => turnedTrigger(trigger, names));
  const left = triggers.filter((_, index) => turned[index] === undefined).map(titleOfTrigger);
  const hasFormula = advanced?.scalingModifiers?.formula !== undefined;
  return {
    spec: {
      ...rest,
      ...(advanced && { advanced: withoutName(advanced) }),
      triggers: turned.filter((trigger) => trigger !== undefined),
    },
    isUsable: left.length < triggers.length && !(hasFormula && left.length > 0),
    left,
  };
}

/** The name of its HorizontalPodAutoscaler is taken by that of the stable one; and at its end the canary goes to zero. */
function withoutName(advanced: NonNullable<ScaledObject['spec']['advanced']>) {
  const { horizontalPodAutoscalerConfig: config, restoreToOriginalReplicaCount: _restore, ...rest } = advanced;
  const { name: _name, ...kept } = config ?? {};
  return { ...rest, ...(config && { horizontalPodAutoscalerConfig: kept }) };
}
