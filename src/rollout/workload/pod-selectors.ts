import { CANARY_SUFFIX } from '../keys.ts';
import type { Deployment, LabelSelector, PodSpec } from '../kube.ts';

/** The label that gets the suffix, and the value that it has on the stable pods. */
export interface StableLabel {
  key: string;
  value: string;
}

/** @param key of the selector label that gets the suffix */
export const stableLabelOf = ({ spec }: Deployment, key: string): StableLabel => ({
  key,
  value: spec.selector.matchLabels?.[key] ?? '',
});

/** Labels of the stable pods, or of what selects them, as the canary's. */
export const suffixLabels = (
  labels: Readonly<Record<string, string>> | undefined,
  { key, value }: StableLabel,
): Record<string, string> => ({ ...labels, [key]: `${value}${CANARY_SUFFIX}` });

/** The value with the suffix where it is the stable pods'; any other value means other pods, and stays. */
const suffixed = (found: string, { value }: StableLabel): string =>
  found === value ? `${found}${CANARY_SUFFIX}` : found;

/** A selector of the stable pods as one of the canary's. */
export function suffixSelector(selector: LabelSelector, label: StableLabel): LabelSelector {
  const { matchLabels, matchExpressions } = selector;
  const found = matchLabels?.[label.key];
  return {
    ...selector,
    ...(found !== undefined && { matchLabels: { ...matchLabels, [label.key]: suffixed(found, label) } }),
    ...(matchExpressions && {
      matchExpressions: matchExpressions.map((expression) =>
        expression.key === label.key && expression.values
          ? { ...expression, values: expression.values.map((value) => suffixed(value, label)) }
          : expression,
      ),
    }),
  };
}

/**
 * A pod spec that is placed relative to the canary's pods as it was relative to the stable ones. Those are the only selectors
 * of pods in a pod spec: terms of pod affinity and anti-affinity, and topology spread. Selectors of nodes, namespaces,
 * volumes and trust bundles select other objects, and stay as they are written.
 */
export function suffixPodSelectors(spec: PodSpec, label: StableLabel): PodSpec {
  const { affinity, topologySpreadConstraints: spread } = spec;
  return {
    ...spec,
    ...(affinity && { affinity: suffixAffinity(affinity, label) }),
    ...(spread && { topologySpreadConstraints: spread.map((constraint) => suffixTerm(constraint, label)) }),
  };
}

type Affinity = NonNullable<PodSpec['affinity']>;
type PodAffinity = NonNullable<Affinity['podAffinity']>;

function suffixAffinity({ podAffinity, podAntiAffinity, ...others }: Affinity, label: StableLabel): Affinity {
  return {
    ...others,
    ...(podAffinity && { podAffinity: suffixTerms(podAffinity, label) }),
    ...(podAntiAffinity && { podAntiAffinity: suffixTerms(podAntiAffinity, label) }),
  };
}

function suffixTerms(affinity: PodAffinity, label: StableLabel): PodAffinity {
  const required = affinity.requiredDuringSchedulingIgnoredDuringExecution;
  const preferred = affinity.preferredDuringSchedulingIgnoredDuringExecution;
  return {
    ...affinity,
    ...(required && {
      requiredDuringSchedulingIgnoredDuringExecution: required.map((term) => suffixTerm(term, label)),
    }),
    ...(preferred && {
      preferredDuringSchedulingIgnoredDuringExecution: preferred.map((entry) => ({
        ...entry,
        podAffinityTerm: suffixTerm(entry.podAffinityTerm, label),
      })),
    }),
  };
}

const suffixTerm = <T extends { labelSelector?: LabelSelector }>(term: T, label: StableLabel): T =>
  term.labelSelector ? { ...term, labelSelector: suffixSelector(term.labelSelector, label) } : term;
