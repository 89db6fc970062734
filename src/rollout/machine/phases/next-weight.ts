import { stopsPodsFirst } from '../../workload/strategy.ts';
import { fact } from '../facts.ts';
import {
  displayName,
  enterPhase,
  type Next,
  NO_HOOK_CALLS,
  NO_REASON,
  NO_TIMERS,
  type Releasing,
} from '../situation.ts';
import { time } from '../state.ts';
import { canarySize, weightPlan } from '../steps.ts';

/** The weights that this release goes through. */
export const planFor = ({ spec, seen }: Releasing): readonly number[] =>
  weightPlan(spec.analysis.weights, stopsPodsFirst(seen.deployment));

/** When the canary's pods must be ready. */
export const deadlineFrom = ({ now, spec }: Releasing): string => time(now + spec.progressDeadlineMs);

/** The canary gets a weight, and the size for it. */
export function giveWeight(s: Releasing, weight: number): Next {
  const { release } = s.state;
  const replicas = Math.max(release.replicas, canarySize(release.stableReplicas, weight));
  const more = replicas > release.replicas ? { deadline: deadlineFrom(s) } : {};
  return enterPhase(
    s,
    'Progressing',
    {
      ...NO_TIMERS,
      ...NO_HOOK_CALLS,
      ...NO_REASON,
      ...more,
      refusal: undefined,
      weight,
      adopted: s.seen.route?.adopted,
      replicas,
      ready: release.replicas,
      errors: 0,
      inconclusive: 0,
      peak: Math.max(release.peak ?? 0, weight),
    },
    fact('Advanced', `Advance ${displayName(s)} canary weight ${weight}`, release.revision),
  );
}
