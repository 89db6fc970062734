import { pinsOf } from '../../pins/pins.ts';
import { configKey } from '../../pins/reference.ts';
import type { RolloutSpec } from '../../spec/spec-types.ts';
import type { Observation } from '../observation.ts';
import type { RolloutState } from '../state.ts';
import { refersToConfig } from './pin-move.ts';
import { unpinnedWords } from './stable-pods.ts';

/** Whether what runs keeps its content, and why. */
export interface ConfigPinned {
  holds: boolean;
  reason: 'Pinned' | 'NotPinned' | 'PodsUnpinned' | 'SnapshotRefused';
  message: string;
}

/** Undefined where there is nothing to be pinned: no references, or no tracking. */
export function configPinned(
  seen: Observation,
  { stable, unpinnedPods }: RolloutState,
  { configTracking }: Pick<RolloutSpec, 'configTracking'>,
): ConfigPinned | undefined {
  const { deployment, config, unpinnable } = seen;
  const template = stable?.template ?? deployment.spec.template;
  if (config === undefined || !configTracking || !refersToConfig(seen, template)) return undefined;
  if (unpinnable !== undefined) {
    const message = `The content of a revision cannot be pinned, and it does not begin before: ${unpinnable}`;
    return { holds: false, reason: 'SnapshotRefused', message };
  }
  const pins = pinsOf(template);
  if (pins.size === 0) return { holds: false, reason: 'NotPinned', message: notPinned(deployment.metadata.name) };
  if (unpinnedPods !== undefined) {
    const message = unpinnedWords(unpinnedPods, deployment.metadata.namespace ?? '');
    return { holds: false, reason: 'PodsUnpinned', message };
  }
  const kept = (config.sources ?? [])
    .filter(({ snapshot, optional, ...of }) => snapshot === undefined && !optional && pins.has(configKey(of)))
    .map((of) => configKey(of));
  const gone = kept.length > 0 ? ` There is no ${kept.join(', ')} any more: what was promoted runs on.` : '';
  const names = [...pins].map(([key, snapshot]) => `${key} is ${snapshot}`).join(', ');
  return { holds: true, reason: 'Pinned', message: `The running version keeps its content: ${names}.${gone}` };
}

const notPinned = (name: string): string =>
  `Its pods run on what ConfigMaps and Secrets say when they start, and a change of those is not released. The next revision that is promoted is pinned; or what runs now, by kubectl headgate pin ${name}.`;
