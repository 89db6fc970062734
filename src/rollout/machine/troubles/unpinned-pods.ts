import { pinsTextOf } from '../../pins/pins.ts';
import { isUnpinned } from '../../pins/unpinned.ts';
import type { Observation } from '../observation.ts';
import { type Next, type Releasing, stay } from '../situation.ts';
import { isKnown } from '../sources.ts';

/** A canary that is to get its first traffic waits for as long as its pods cannot be read: on what they run is not known. */
export const unreadPods = (s: Releasing): Next | undefined => {
  const { canary } = s.seen;
  const isPinned = canary !== undefined && pinsTextOf(canary.spec.template) !== '';
  return isPinned && !isKnown(s.seen, 'pods') ? stay(s) : undefined;
};

/**
 * A canary's pod that runs on other content than what is pinned for it, as a predicate on the release; undefined where none does, as
 * far as they were read (`needsPods`). Where nothing puts the names of snapshots into pods, whatever is found out about them is
 * about other content.
 */
export function unpinnedPod({ canary, pods = [] }: Pick<Observation, 'canary' | 'pods'>): string | undefined {
  const template = canary?.spec.template;
  const pod = template && pods.find((one) => isUnpinned(one, template));
  return (
    pod &&
    `has a canary pod that runs on other content than what is pinned (${pod.metadata.name}): is the policy headgate-config-pins in force, or the webhook there that stands for it?`
  );
}
