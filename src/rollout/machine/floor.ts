import { type Phase, type RolloutState, SERVING } from './state.ts';

/** From the first canary pod until all traffic is back and the canary has gone. */
const isKept = (phase: Phase): boolean => SERVING.has(phase) || phase === 'Finalising';

/**
 * The pods that the Deployment keeps while a release is under way: as many as it was ever seen with since the release began.
 * With those it carried all of the traffic. While the canary has a part of it, an autoscaler sees the rest and would be content
 * with fewer; but the canary's part may come back at any moment, and no pod starts as fast as that. The policy
 * `headgate-floor` reads it from `status.floor`. Undefined: none is kept.
 */
export function floorOf({ phase, release }: RolloutState): number | undefined {
  const { stableReplicas = 0 } = isKept(phase) ? (release ?? {}) : {};
  return stableReplicas > 0 ? stableReplicas : undefined;
}
