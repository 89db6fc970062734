import type { PodSpan, Weighed } from './sightings.ts';
import { PLAN } from './subject.ts';

/** Seconds from the change of each app to what came of it; of those of which something came. */
export function since(changes: ReadonlyMap<string, number>, came: ReadonlyMap<string, number>): number[] {
  return [...changes].flatMap(([key, at]) => {
    const then = came.get(key);
    return then === undefined ? [] : [(then - at) / 1_000];
  });
}

/** When each app's canary got its first traffic. */
export const firstWeights = (weights: ReadonlyMap<string, readonly Weighed[]>): Map<string, number> =>
  new Map(
    [...weights].flatMap(([key, list]): [string, number][] => {
      const first = list.find(({ weight }) => weight > 0);
      return first ? [[key, first.at]] : [];
    }),
  );

/** By how many seconds each step came later after the one before than the interval. */
export function latenesses(weights: ReadonlyMap<string, readonly Weighed[]>, intervalMs: number): number[] {
  return [...weights.values()].flatMap((list) => {
    const steps = list.filter(({ weight }) => PLAN.weights.includes(weight));
    return steps.slice(1).map(({ at }, index) => (at - (steps[index]?.at ?? Number.NaN) - intervalMs) / 1_000);
  });
}

/** Pod-seconds of an app between two times, beyond those of so many pods that ran all the time. */
export function extraPodSeconds(pods: readonly PodSpan[], replicas: number, from: number, to: number): number {
  const overlap = (pod: PodSpan): number => Math.max(0, Math.min(pod.to, to) - Math.max(pod.from, from));
  const all = pods.reduce((sum, pod) => sum + overlap(pod), 0);
  return (all - replicas * (to - from)) / 1_000;
}
