import { ROLE } from '../../keys.ts';
import { budgetFor, DISRUPTION_BUDGETS, isSameBudget } from '../../workload/disruption-budget.ts';
import { wantedReplicas } from '../../workload/rollout-status.ts';
import type { Effect } from '../effects.ts';
import type { Situation } from '../situation.ts';
import { isKnown } from '../sources.ts';
import { SERVING } from '../state.ts';

const kind = DISRUPTION_BUDGETS;

/**
 * A canary of more than one pod has a budget that lets them be evicted one at a time, where no budget of a user's is for them.
 * It goes with the pods. One of a user's that has its name is left alone.
 */
export function ensureBudget(s: Situation): Effect[] {
  const { canary, budget, deployment } = s.seen;
  if (!isKnown(s.seen, 'budget')) return [];
  if (budget !== undefined && budget.metadata.labels?.[ROLE] === undefined) return [];
  const wanted = canary && isWanted(s) ? budgetFor(deployment, canary) : undefined;
  if (budget === undefined)
    return wanted ? [{ do: 'changeBudget', change: { do: 'create', kind, object: wanted } }] : [];
  if (wanted !== undefined && !isSameBudget(budget, wanted)) {
    const operations = [{ op: 'replace' as const, path: '/spec', value: wanted.spec }];
    return [{ do: 'changeBudget', change: { do: 'patch', kind, object: budget, operations } }];
  }
  const isNeeded = wanted !== undefined || (canary !== undefined && wantedReplicas(canary) > 1);
  return isNeeded ? [] : [{ do: 'changeBudget', change: { do: 'delete', kind, object: budget } }];
}

function isWanted({ state: { phase, release } }: Situation): boolean {
  if (release?.path !== 'canary' || !SERVING.has(phase)) return false;
  return release.needsBudget === true && release.replicas > 1;
}
