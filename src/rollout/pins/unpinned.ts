import type { Pod, PodTemplate } from '../kube.ts';
import { pinsOf, pinsTextOf } from './pins.ts';
import { configKey, referencesOf } from './reference.ts';

/** Whether a pod of a template refers to an object that a snapshot stands for. One of another revision is no matter: it has other pins. */
export function isUnpinned(pod: Pod, template: PodTemplate): boolean {
  const pins = pinsOf(template);
  return (
    pinsTextOf(pod) === pinsTextOf(template) && referencesOf(pod).some((reference) => pins.has(configKey(reference)))
  );
}

/** Names of the pods of which that is not so. */
export const pinnedNames = (pods: readonly Pod[], template: PodTemplate): ReadonlySet<string> =>
  new Set(pods.filter((pod) => !isUnpinned(pod, template)).map(({ metadata }) => metadata.name));
