import type { Deployment, PodTemplate } from '../../src/rollout/kube.ts';
import type { ConfigReading, Observation } from '../../src/rollout/machine/observation.ts';
import { needsConfig } from '../../src/rollout/machine/pins/pin-move.ts';
import type { RolloutState } from '../../src/rollout/machine/state.ts';
import { digestOf } from '../../src/rollout/pins/content.ts';
import { pinsOf } from '../../src/rollout/pins/pins.ts';
import { type ConfigReference, configKey, referencesOf } from '../../src/rollout/pins/reference.ts';
import { type Snapshot, snapshotName } from '../../src/rollout/pins/snapshot.ts';
import type { ConfigSource } from '../../src/rollout/pins/wanted-pins.ts';
import type { RolloutSpec } from '../../src/rollout/spec/spec-types.ts';

/** ConfigMaps with one word each, and the snapshots of them. */
export class ConfigModel {
  /** By their keys, `configmap/app`. */
  readonly words = new Map<string, string>();
  snapshots: Snapshot[] = [];
  /** It puts the names of snapshots into pods. */
  isPolicyThere = true;
  /** Keys of those whose changes are not to be released. */
  readonly #untracked = new Set<string>();
  /** What snapshots say, by their names, whether they are there or not. */
  readonly #said = new Map<string, string>();

  read(
    seen: Pick<Observation, 'deployment' | 'hold'>,
    state: RolloutState | undefined,
    { configTracking }: RolloutSpec,
  ): ConfigReading {
    const { snapshots } = this;
    const { deployment } = seen;
    if (!configTracking || !needsConfig(seen, state)) return { kinds: ['configmap'], snapshots };
    const references = referencesOf(deployment.spec.template).filter((one) => !this.#untracked.has(configKey(one)));
    return { kinds: ['configmap'], snapshots, sources: references.map((one) => this.#sourceOf(deployment, one)) };
  }

  #sourceOf(deployment: Deployment, reference: ConfigReference): ConfigSource {
    const word = this.words.get(configKey(reference));
    const digest = word === undefined ? undefined : digestOf({ data: { word } });
    const snapshot = digest && snapshotName(deployment, reference, digest);
    if (word !== undefined && snapshot !== undefined) this.#said.set(snapshot, word);
    return { ...reference, snapshot };
  }

  /** The content that a template is pinned to: `+one`. */
  wordsOf(template: PodTemplate): string {
    return [...pinsOf(template).values()].map((snapshot) => `+${this.#said.get(snapshot) ?? 'none'}`).join('');
  }

  /** @param key such as `configmap/app` */
  track(key: string, isTracked: boolean): void {
    if (isTracked) this.#untracked.delete(key);
    else this.#untracked.add(key);
  }

  create(snapshot: Snapshot): void {
    this.snapshots = [...this.snapshots, snapshot];
  }

  delete({ snapshot }: Snapshot): void {
    this.snapshots = this.snapshots.filter((other) => other.snapshot !== snapshot);
  }
}
