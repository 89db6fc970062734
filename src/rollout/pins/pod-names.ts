import type { Pod } from '../kube.ts';
import { pinsOf } from './pins.ts';
import { configKey, placesOf } from './reference.ts';

/** A name that is to stand in a pod. */
export interface PodName {
  /** JSON pointer to where it stands. */
  path: string;
  name: string;
}

/**
 * The names of snapshots that a pod is to have in place of what they stand for, by its own annotation and nothing else. The policy
 * headgate-config-pins says the same inside the API server: a rule is written in both.
 */
export function snapshotNames(pod: Pod): PodName[] {
  const pins = pinsOf(pod);
  return placesOf(pod).flatMap((place) => {
    const name = pins.get(configKey(place));
    return name === undefined ? [] : [{ path: place.path, name }];
  });
}
