import { CANARY_SUFFIX, PREFIX } from '../keys.ts';
import type { Deployment, LabelSelector, PodTemplate } from '../kube.ts';
import { MAX_LABEL } from '../spec/schema/dns.ts';
import type { Problem, RolloutSpec } from '../spec/spec-types.ts';
import { shown } from '../spec/wording/explain.ts';

const SETTING = `${PREFIX}selector-label`;

/** Labels that name the workload, by convention, the most telling first. */
const CONVENTIONAL = ['app.kubernetes.io/instance', 'app', 'app.kubernetes.io/name', 'name'] as const;

/** The label, or why there is none. */
export type SelectorLabel = { ok: true; label: string } | { ok: false; problem: Problem };

/**
 * The selector label that gets the suffix `-canary` and so tells the canary's pods from the stable ones: the one that is
 * named, else the first by convention, else the only one. No expression of the selector may use it.
 */
export function selectorLabelOf(
  { spec: { selector, template } }: Pick<Deployment, 'spec'>,
  { selectorLabel }: Pick<RolloutSpec, 'selectorLabel'>,
): SelectorLabel {
  const keys = Object.keys(selector.matchLabels ?? {});
  const label = selectorLabel ?? customary(keys);
  const message = label === undefined ? noLabel(keys) : labelProblem(label, selector, template);
  if (label !== undefined && message === undefined) return { ok: true, label };
  const place =
    selectorLabel === undefined ? { key: 'spec.selector', value: selector } : { key: SETTING, value: selectorLabel };
  return { ok: false, problem: { ...place, message: message ?? '' } };
}

const customary = (keys: readonly string[]): string | undefined =>
  CONVENTIONAL.find((key) => keys.includes(key)) ?? (keys.length === 1 ? keys[0] : undefined);

const noLabel = (keys: readonly string[]): string =>
  keys.length === 0
    ? 'has no matchLabels, and one of them must tell the canary apart; a selector cannot be changed, so make the Deployment anew with one such as app'
    : `has several labels, none of them customary; name the one that may get the suffix ${CANARY_SUFFIX} by ${SETTING}: ${keys.join(' or ')}`;

/** What is wrong with one label for this, as a predicate on it or on the selector. */
function labelProblem(label: string, selector: LabelSelector, template: PodTemplate): string | undefined {
  const { matchLabels = {}, matchExpressions = [] } = selector;
  const free = Object.keys(matchLabels).filter((key) => !matchExpressions.some((expression) => expression.key === key));
  if (matchExpressions.some(({ key }) => key === label)) {
    const other = free.length > 0 ? `; name another label by ${SETTING}: ${free.join(' or ')}` : '';
    return `uses the label ${label} in matchExpressions, so the suffix ${CANARY_SUFFIX} would not match${other}`;
  }
  const value = Object.hasOwn(matchLabels, label) ? matchLabels[label] : undefined;
  if (value === undefined) return `must be one of the selector's matchLabels: ${free.join(' or ') || 'there are none'}`;
  if (template.metadata?.labels?.[label] !== value) {
    return `must stand in the pod template's labels too, as ${label}: ${shown(value)}`;
  }
  return valueProblem(label, value);
}

function valueProblem(label: string, value: string): string | undefined {
  if (value === '')
    return `selects by the label ${label} with an empty value, which cannot get the suffix ${CANARY_SUFFIX}`;
  const length = value.length + CANARY_SUFFIX.length;
  if (length <= MAX_LABEL) return undefined;
  return `selects by ${label}: ${shown(value)}, which with ${CANARY_SUFFIX} has ${length} characters; at most ${MAX_LABEL} fit: name a shorter label by ${SETTING}`;
}
