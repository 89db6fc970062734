import type { Pod } from '../../kube.ts';
import { type Pins, pinsOf } from '../../pins/pins.ts';
import { configKey, referencesOf } from '../../pins/reference.ts';
import { fail, type Next, type Releasing, stay } from '../situation.ts';
import { isKnown } from '../sources.ts';

/**
 * Before a canary gets its first traffic: whether its pods run on the content that is pinned for them. They do not where nothing puts
 * the names of snapshots into pods, and then whatever is found out about them is about other content.
 */
export function unpinnedPods(s: Releasing): Next | undefined {
  const { canary, pods } = s.seen;
  if (canary === undefined || pinsOf(canary.spec.template).size === 0) return undefined;
  if (!isKnown(s.seen, 'pods')) return stay(s);
  const pod = pods?.find((one) => isUnpinned(one, pinsOf(canary.spec.template)));
  if (pod === undefined) return undefined;
  const message = `has a canary pod that runs on other content than what is pinned (${pod.metadata.name}): is the policy headgate-config-pins in force?`;
  return fail(s, 'ConfigUnpinned', message);
}

/** Whether a pod still refers to an object that a snapshot stands for. */
const isUnpinned = (pod: Pod, pins: Pins): boolean =>
  referencesOf(pod).some((reference) => pins.has(configKey(reference)));
