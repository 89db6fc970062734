import { CANARY_SUFFIX, PREFIX, REQUESTED_BY, REVISION } from '../keys.ts';
import type { Deployment, LabelSelector, PodTemplate } from '../kube.ts';
import { canaryName } from '../names.ts';
import { generatedMeta } from './generated.ts';
import { essence } from './template.ts';

/** Selectors that place a pod relative to its own kind; inside them the label is suffixed too, wherever they stand. */
const isSelector = (value: unknown): value is LabelSelector =>
  typeof value === 'object' && value !== null && ('matchLabels' in value || 'matchExpressions' in value);

/** The value with `label: value` suffixed in every label selector inside it (anti-affinity, topology spread). */
function suffixSelectors<T>(value: T, label: string, from: string): T {
  if (Array.isArray(value)) return value.map((entry: unknown) => suffixSelectors(entry, label, from)) as T;
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, entry]) => [key, suffixSelectors<unknown>(entry, label, from)]);
  const copy = Object.fromEntries(entries) as T;
  return isSelector(copy) ? (suffixSelector(copy, label, from) as T) : copy;
}

function suffixSelector(selector: LabelSelector, label: string, from: string): LabelSelector {
  const suffix = (value: string) => (value === from ? `${value}${CANARY_SUFFIX}` : value);
  const { matchLabels, matchExpressions } = selector;
  return {
    ...selector,
    ...(matchLabels?.[label] !== undefined && { matchLabels: { ...matchLabels, [label]: suffix(matchLabels[label]) } }),
    ...(matchExpressions && {
      matchExpressions: matchExpressions.map((expression) =>
        expression.key === label && expression.values
          ? { ...expression, values: expression.values.map(suffix) }
          : expression,
      ),
    }),
  };
}

/** The pod template of the canary: the wanted one under another label, without Headgate's leaves. */
function canaryTemplate(template: PodTemplate, label: string, value: string): PodTemplate {
  const { metadata, spec } = essence(template);
  return {
    metadata: { ...metadata, labels: { ...metadata?.labels, [label]: `${value}${CANARY_SUFFIX}` } },
    spec: suffixSelectors(spec, label, value),
  };
}

/** Annotations of the Deployment that are about it and not about what Headgate or kubectl keep there. */
const isOwnAnnotation = (key: string): boolean =>
  !key.startsWith(PREFIX) && !key.startsWith('deployment.kubernetes.io/') && !key.startsWith('kubectl.kubernetes.io/');

export interface CanaryWish {
  revision: string;
  requestedBy: string;
  replicas: number;
  /** The selector label that gets the suffix. */
  label: string;
}

/**
 * The canary Deployment of a held template: the Deployment's own spec under the name and label with the suffix, never
 * paused, so that HPA, PDB and Services of the stable one do not count its pods.
 */
export function canaryDeployment(
  stable: Deployment,
  { revision, requestedBy, replicas, label }: CanaryWish,
): Deployment {
  const { paused: _paused, revisionHistoryLimit: _limit, ...spec } = stable.spec;
  const value = stable.spec.selector.matchLabels?.[label] ?? '';
  const annotations = Object.entries(stable.metadata.annotations ?? {}).filter(([key]) => isOwnAnnotation(key));
  const meta = generatedMeta(stable, canaryName(stable.metadata.name), 'canary');
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      ...meta,
      labels: { ...suffixed(stable.metadata.labels, label, value), ...meta.labels },
      annotations: { ...Object.fromEntries(annotations), [REVISION]: revision, [REQUESTED_BY]: requestedBy },
    },
    spec: {
      ...spec,
      replicas,
      revisionHistoryLimit: 1,
      selector: suffixSelector(stable.spec.selector, label, value),
      template: canaryTemplate(stable.spec.template, label, value),
    },
  };
}

function suffixed(labels: Record<string, string> | undefined, label: string, value: string): Record<string, string> {
  const own = Object.fromEntries(Object.entries(labels ?? {}).filter(([key]) => !key.startsWith(PREFIX)));
  return own[label] === value ? { ...own, [label]: `${value}${CANARY_SUFFIX}` } : own;
}
