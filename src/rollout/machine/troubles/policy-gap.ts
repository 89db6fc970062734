import { CANARY_SUFFIX } from '../../keys.ts';
import { DISRUPTION_BUDGETS } from '../../workload/disruption-budget.ts';
import { type Labels, selects } from '../../workload/label-selector.ts';
import { type StableLabel, stableLabelOf, suffixLabels } from '../../workload/pod-selectors.ts';
import type { Policy } from '../../workload/policies.ts';
import type { PolicyReading } from '../observation.ts';
import type { Situation } from '../situation.ts';
import type { Release } from '../state.ts';

/** The labels of the pods of one revision, as stable ones and as the canary's. */
export interface PodLabels {
  stable: Labels;
  canary: Labels;
}

/** An object that holds for the stable pods and not for the canary's, or names those alone. */
export type PolicyGap = Pick<Policy, 'kind' | 'name' | 'use'>;

/** The objects that select the stable pods by the label that has a suffix on the canary's, and so leave those out. */
export function policyGaps(pods: PodLabels, policies: readonly Policy[]): PolicyGap[] {
  const leavesOut = ({ selector }: Policy) => selects(selector, pods.stable) && !selects(selector, pods.canary);
  const gaps = policies.filter((policy) => leavesOut(policy) && !isThoughtOf(policy, pods, policies));
  return [...new Map(gaps.map(({ kind, name, use }) => [`${kind} ${name} ${use}`, { kind, name, use }])).values()];
}

/**
 * Whether its author has thought of the canary's pods: an object of the kind holds for them alone, or another selector in the
 * object's own rules names them too.
 */
const isThoughtOf = (
  { kind, name, use }: Policy,
  { stable, canary }: PodLabels,
  policies: readonly Policy[],
): boolean =>
  policies.some(
    (other) =>
      other.kind === kind &&
      other.use === use &&
      selects(other.selector, canary) &&
      (use === 'holds' ? !selects(other.selector, stable) : other.name === name),
  );

/** More of them are counted. */
const MOST_NAMED = 10;

const nameOfGap = ({ kind, name, use }: PolicyGap): string =>
  `${kind} ${name}${use === 'names' ? ' (in its rules)' : ''}`;

/** For a person: what is left out by which objects, and what to write. */
function gapText(gaps: readonly PolicyGap[], { key: label, value }: StableLabel): string {
  const named = gaps.slice(0, MOST_NAMED).map(nameOfGap).join(', ');
  const more = gaps.length > MOST_NAMED ? ` and ${gaps.length - MOST_NAMED} more` : '';
  const both = `{key: ${label}, operator: In, values: [${value}, ${value}${CANARY_SUFFIX}]}`;
  return `These select by ${label}: ${value} and leave out the canary's pods, which have ${label}: ${value}${CANARY_SUFFIX}: ${named}${more}. Select by a label that both have, or, where expressions are taken, by ${both}`;
}

/** What a release remembers of the policies that were found at its start. */
export function policyFindings(s: Situation): Pick<Release, 'policyGap' | 'needsBudget'> {
  const { policies, deployment } = s.seen;
  if (policies === undefined) return {};
  const label = stableLabelOf(deployment, s.label);
  const stable = deployment.spec.template.metadata?.labels ?? {};
  const canary = suffixLabels(stable, label);
  const gaps = policyGaps({ stable, canary }, policies.found);
  return {
    ...(gaps.length > 0 && { policyGap: gapText(gaps, label) }),
    ...(!hasBudget(policies, canary) && { needsBudget: true }),
  };
}

/** The API server evicts no pod that two budgets select: where there may be one, there is none of Headgate's. */
const hasBudget = ({ found, unread }: PolicyReading, canary: Labels): boolean =>
  unread.includes(DISRUPTION_BUDGETS.kind) ||
  found.some(({ kind, selector }) => kind === DISRUPTION_BUDGETS.kind && selects(selector, canary));
