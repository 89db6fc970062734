import type { Deployment, KubeObject, LabelSelector } from '../kube.ts';
import { namespacedKind } from '../object-change.ts';
import { generatedMeta } from './generated.ts';
import { isSame } from './template.ts';

export const DISRUPTION_BUDGETS = namespacedKind('policy', 'v1', 'poddisruptionbudgets', 'PodDisruptionBudget');

export interface DisruptionBudget extends KubeObject {
  spec: { selector?: LabelSelector; maxUnavailable?: number | string; [field: string]: unknown };
}

/** Lets the pods of a canary be evicted one at a time, and those that are not ready at any time. */
export const budgetFor = (owner: Deployment, { metadata, spec }: Deployment): DisruptionBudget => ({
  apiVersion: 'policy/v1',
  kind: DISRUPTION_BUDGETS.kind,
  metadata: generatedMeta(owner, metadata.name, 'disruption-budget'),
  spec: { maxUnavailable: 1, selector: spec.selector, unhealthyPodEvictionPolicy: 'AlwaysAllow' },
});

/** Whether it says the same, defaults and unknown fields apart. */
export const isSameBudget = (a: DisruptionBudget, b: DisruptionBudget): boolean =>
  a.spec.maxUnavailable === b.spec.maxUnavailable && isSame(a.spec.selector, b.spec.selector);
