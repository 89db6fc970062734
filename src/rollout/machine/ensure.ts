import type { Effect } from './effects.ts';
import { ensureAnnotations } from './ensure/annotations.ts';
import { ensureAutoscaler } from './ensure/autoscaler.ts';
import { ensureCanary, ensureNoCanary } from './ensure/canary.ts';
import { ensureBudget } from './ensure/disruption-budget.ts';
import { ensureHold } from './ensure/hold.ts';
import { ensurePins } from './ensure/pins.ts';
import { ensureReplicaSets } from './ensure/replica-sets.ts';
import { ensureIdleRoute, ensurePrerequisites, ensureRoute, ensureServices } from './ensure/traffic.ts';
import { ensureFence } from './fence.ts';
import type { Releasing, Situation } from './situation.ts';

/**
 * What makes the world match a committed state: derived from the state and what was seen, never from what was just decided,
 * so that a crash after the commit is repaired by the next tick. In order: the hold, then traffic, then pods; whoever applies it may move what takes traffic back to the front.
 */
export function ensure(s: Situation): Effect[] {
  const { release } = s.state;
  const effects = [...ensureServices(s), ...ensurePrerequisites(s)];
  if (release === undefined) {
    return [...effects, ...ensureIdleRoute(s), ...ensureNoCanary(s), ...ensureBudget(s), ...ensureAtGate(s)];
  }
  const releasing: Releasing = { ...s, state: { ...s.state, release } };
  const gate = ensureHold(releasing);
  const routing = ensureRoute(releasing);
  return [
    ...gate,
    ...effects,
    ...routing,
    ...ensureFence(releasing, routing),
    ...ensureAutoscaler(releasing),
    ...ensureCanary(releasing),
    ...ensureBudget(releasing),
    ...ensureReplicaSets(releasing),
    // A write of the same Deployment before this one makes it wait for the next look.
    ...(gate.length > 0 ? [] : ensureAtGate(s)),
  ];
}

/** What else is written to the Deployment: one write, as a second would be for a version that is gone. */
function ensureAtGate(s: Situation): Effect[] {
  const annotations = ensureAnnotations(s);
  return annotations.length > 0 ? annotations : ensurePins(s);
}
