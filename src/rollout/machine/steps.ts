/** Canary pods for `weight` percent of the traffic that `stableReplicas` pods carry: at least one, at most as many. */
export function canarySize(stableReplicas: number, weight: number): number {
  if (stableReplicas === 0) return 0;
  return Math.min(Math.max(Math.ceil((stableReplicas * weight) / 100), 1), stableReplicas);
}

/**
 * The plan of weights of a release. Where promotion stops all stable pods before it starts others, the canary carries all
 * traffic first.
 */
export function weightPlan(weights: readonly number[], stopsPodsFirst: boolean): readonly number[] {
  return stopsPodsFirst && weights.at(-1) !== 100 ? [...weights, 100] : weights;
}
