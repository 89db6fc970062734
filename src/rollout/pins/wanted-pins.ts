import type { Deployment, PodTemplate } from '../kube.ts';
import { type Pins, pinsOf } from './pins.ts';
import { type ConfigReference, configKey } from './reference.ts';
import { type Snapshot, snapshotName } from './snapshot.ts';

/** An object that a template refers to, as it is now. */
export interface ConfigSource extends ConfigReference {
  /** Name of the snapshot of what it says; undefined: there is no such object. */
  snapshot: string | undefined;
}

export interface WantedPins {
  pins: Pins;
  /** What the pins name, each once. */
  snapshots: Snapshot[];
}

/**
 * The pins by which a Deployment's template runs on the content that there is now. That an optional object is missing is pinned
 * too, by a name that nothing has: pods that start later go without it as well. An object that is needed and was deleted keeps
 * its pin, or that of the running version: nothing can run on what is not there.
 * @param running the template of the running version
 */
export function wantedPins(
  deployment: Deployment,
  sources: readonly ConfigSource[],
  running?: PodTemplate,
): WantedPins {
  const present = new Map([...(running ? pinsOf(running) : []), ...pinsOf(deployment.spec.template)]);
  const pins = new Map<string, string>();
  const snapshots: Snapshot[] = [];
  for (const { kind, name, optional, snapshot } of sources) {
    const key = configKey({ kind, name });
    if (snapshot !== undefined) snapshots.push({ kind, name, snapshot });
    const absent = optional ? snapshotName(deployment, { kind, name }, undefined) : present.get(key);
    const pin = snapshot ?? absent;
    if (pin !== undefined) pins.set(key, pin);
  }
  return { pins, snapshots };
}
