import type { Deployment, LabelSelector } from '../kube.ts';

/**
 * One label selector, as a query has it, for the pods and ReplicaSets of Deployments that differ in the value of a label:
 * `app in (podinfo,podinfo-canary)`. It may select more than is theirs. Undefined without Deployments.
 */
export function selectorOf(deployments: readonly Deployment[]): string | undefined {
  const [first] = deployments;
  if (first === undefined) return undefined;
  const selectors = deployments.map(({ spec }) => spec.selector.matchLabels ?? {});
  const labels = Object.keys(selectors[0] ?? {}).map((key) => {
    const values = [...new Set(selectors.flatMap((labels) => labels[key] ?? []))];
    return values.length === 1 ? `${key}=${values[0]}` : `${key} in (${values.join(',')})`;
  });
  return [...labels, ...expressionsOf(first.spec.selector)].join(',');
}

/** Both Deployments have the same expressions: the label that gets the suffix may stand in none of them. */
const expressionsOf = ({ matchExpressions = [] }: LabelSelector): string[] =>
  matchExpressions.map(({ key, operator, values = [] }) => {
    switch (operator) {
      case 'Exists':
        return key;
      case 'DoesNotExist':
        return `!${key}`;
      default:
        return `${key} ${operator === 'NotIn' ? 'notin' : 'in'} (${values.join(',')})`;
    }
  });
