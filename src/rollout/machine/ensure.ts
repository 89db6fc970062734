import type { Effect } from './effects.ts';
import { ensureAutoscaler } from './ensure/autoscaler.ts';
import { ensureCanary, ensureNoCanary } from './ensure/canary.ts';
import { ensureBudget } from './ensure/disruption-budget.ts';
import { ensureHold, ensureTidy } from './ensure/hold.ts';
import { ensureReplicaSets } from './ensure/replica-sets.ts';
import { ensureIdleRoute, ensurePrerequisites, ensureRoute, ensureServices } from './ensure/traffic.ts';
import { ensureFence } from './fence.ts';
import type { Releasing, Situation } from './situation.ts';

/**
 * What makes the world match a committed state: derived from the state and what was seen, never from what was just decided,
 * so that a crash after the commit is repaired by the next tick. In order: the hold, then traffic, then pods.
 */
export function ensure(s: Situation): Effect[] {
  const { release } = s.state;
  const effects = [...ensureServices(s), ...ensurePrerequisites(s)];
  if (release === undefined) return [...effects, ...ensureIdleRoute(s), ...ensureNoCanary(s), ...ensureBudget(s)];
  const releasing: Releasing = { ...s, state: { ...s.state, release } };
  const routing = ensureRoute(releasing);
  return [
    ...ensureHold(releasing),
    ...effects,
    ...routing,
    ...ensureFence(releasing, routing),
    ...ensureAutoscaler(releasing),
    ...ensureCanary(releasing),
    ...ensureBudget(releasing),
    ...ensureReplicaSets(releasing),
    ...ensureTidy(releasing),
  ];
}
