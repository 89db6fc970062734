import type { Store, StoreOptions } from '../../cluster/store.ts';
import { type Deployment, type KubeObject, keyIn, keyOf } from '../../rollout/kube.ts';
import type { ConfigReading } from '../../rollout/machine/observation.ts';
import type { Kind } from '../../rollout/object-change.ts';
import type { ConfigObject } from '../../rollout/pins/content.ts';
import { pinsOf } from '../../rollout/pins/pins.ts';
import {
  type ConfigKind,
  type ConfigName,
  type ConfigReference,
  configKey,
  referencesOf,
} from '../../rollout/pins/reference.ts';
import {
  isCopyOf,
  isSnapshot,
  isSnapshotFor,
  isTracked,
  type Snapshot,
  snapshotName,
  snapshotSource,
} from '../../rollout/pins/snapshot.ts';
import type { ConfigSource } from '../../rollout/pins/wanted-pins.ts';
import { madeFor } from '../../rollout/workload/generated.ts';
import { CONFIG_API, ConfigContents } from './config-contents.ts';
import { configOutline } from './config-outline.ts';

interface ConfigWatch {
  kind: Kind;
  metadataOnly: true;
  keep: NonNullable<StoreOptions<KubeObject>['keep']>;
  index: Readonly<Record<string, (object: KubeObject) => readonly string[]>>;
  toKeys: (object: KubeObject) => readonly string[];
}

export interface ConfigObjectsOptions {
  /** Of which kinds changes are released. */
  kinds: readonly ConfigKind[];
  contents: ConfigContents;
  /** Opens a watch and gives its store. */
  watch: (wanted: ConfigWatch) => Store<KubeObject>;
  /** Resolves once what is watched of a kind is up to date. */
  expectCurrent: (key: string, kind: Kind) => Promise<void>;
  /** With the index below. */
  enrolled: Pick<Store<Deployment>, 'by'>;
}

/** The index of enrolled Deployments by what their templates refer to: `shop/configmap/app`. */
export const BY_REFERENCE = {
  reference: ({ metadata, spec }: Deployment): string[] =>
    referencesOf(spec.template).map((reference) => keyIn(metadata.namespace, configKey(reference))),
};

const OWNER = 'owner';

/**
 * ConfigMaps and Secrets, by their metadata: one watch of each kind, which says that an object changed and not what it says. It
 * is read when a Deployment runs on it that is pinned, or held.
 */
export class ConfigObjects {
  readonly #options: ConfigObjectsOptions;
  readonly #stores = new Map<ConfigKind, Store<KubeObject>>();

  constructor(options: ConfigObjectsOptions) {
    this.#options = options;
    for (const kind of options.kinds) {
      const toKeys = (object: KubeObject) => this.#concerned(kind, object);
      const index = { [OWNER]: ownersOf };
      const watch = { kind: CONFIG_API[kind], metadataOnly: true, keep: configOutline, index, toKeys } as const;
      const store = options.watch(watch);
      store.onChange(({ type, object }) => type === 'deleted' && options.contents.forget(kind, object));
      this.#stores.set(kind, store);
    }
  }

  get kinds(): readonly ConfigKind[] {
    return this.#options.kinds;
  }

  /**
   * A watch that is not up to date is in nobody's way whose pods refer to nothing of its kind.
   * @param isRead what the objects say is to be known; without it nothing is asked of the API server
   * @throws KubeError
   */
  async of(deployment: Deployment, isRead: boolean): Promise<ConfigReading> {
    const { kinds } = this.#options;
    const key = keyOf(deployment);
    const references = referencesOf(deployment.spec.template).filter(({ kind }) => kinds.includes(kind));
    const concerned = [...new Set(references.map(({ kind }) => kind))];
    await Promise.all(concerned.map((kind) => this.#options.expectCurrent(key, CONFIG_API[kind])));
    const snapshots = kinds.flatMap((kind) => this.#snapshotsOf(kind, deployment));
    if (!isRead) return { kinds, snapshots };
    const sources = await Promise.all(references.map((reference) => this.#sourceOf(deployment, reference)));
    return { kinds, snapshots, sources: sources.filter((source) => source !== undefined) };
  }

  /** The object of a snapshot, if it still says what the snapshot is named for. @throws KubeError */
  async contentFor(deployment: Deployment, { kind, name, snapshot }: Snapshot): Promise<ConfigObject | undefined> {
    const { contents } = this.#options;
    const object = await contents.read(kind, deployment.metadata.namespace, name);
    if (object === undefined) return undefined;
    this.put(kind, object);
    const digest = await contents.digest(kind, object);
    return snapshotName(deployment, { kind, name }, digest) === snapshot ? object : undefined;
  }

  put(kind: ConfigKind, object: KubeObject): void {
    this.#stores.get(kind)?.put(object, 'write');
  }

  /** Takes a deletion that was accepted. */
  remove({ kind, snapshot }: Snapshot, namespace: string | undefined): void {
    const store = this.#stores.get(kind);
    const object = store?.get(keyIn(namespace, snapshot));
    if (object !== undefined) store?.remove(keyOf(object), object.metadata.resourceVersion ?? '');
  }

  #snapshotsOf(kind: ConfigKind, deployment: Deployment): Snapshot[] {
    const made = this.#stores.get(kind)?.by(OWNER, keyOf(deployment)) ?? [];
    return made
      .filter((object) => isSnapshotFor(object, deployment) && object.metadata.deletionTimestamp === undefined)
      .map((object) => ({ kind, name: snapshotSource(object), snapshot: object.metadata.name }));
  }

  /** Undefined: its changes are not to be released. */
  async #sourceOf(deployment: Deployment, reference: ConfigReference): Promise<ConfigSource | undefined> {
    const { kind, name } = reference;
    const known = this.#stores.get(kind)?.get(keyIn(deployment.metadata.namespace, name));
    const seen = known ?? (await this.#unseen(deployment, reference));
    if (seen === undefined) return { ...reference, snapshot: undefined };
    if (!isTracked(seen)) return undefined;
    const copy = this.#copyOf(deployment, { kind, name }, seen);
    if (copy !== undefined) return { ...reference, snapshot: copy };
    const digest = await this.#options.contents.digestOf(kind, seen);
    return { ...reference, snapshot: digest && snapshotName(deployment, { kind, name }, digest) };
  }

  /**
   * One that the watch does not show may have been made in the same breath as the template that names it. Where something is pinned
   * for it already, the watch tells soon enough.
   */
  async #unseen(deployment: Deployment, { kind, name }: ConfigReference): Promise<ConfigObject | undefined> {
    if (pinsOf(deployment.spec.template).has(configKey({ kind, name }))) return undefined;
    const object = await this.#options.contents.read(kind, deployment.metadata.namespace, name);
    if (object !== undefined) this.put(kind, object);
    return object;
  }

  /** The snapshot that was made of the object in this state, by whatever process. */
  #copyOf(deployment: Deployment, { kind }: ConfigName, seen: KubeObject): string | undefined {
    const made = this.#stores.get(kind)?.by(OWNER, keyOf(deployment)) ?? [];
    return made.find((object) => isSnapshotFor(object, deployment) && isCopyOf(object, seen))?.metadata.name;
  }

  #concerned(kind: ConfigKind, object: KubeObject): readonly string[] {
    if (isSnapshot(object)) return ownersOf(object);
    const { namespace, name } = object.metadata;
    return this.#options.enrolled.by('reference', keyIn(namespace, configKey({ kind, name }))).map(keyOf);
  }
}

/** Of a snapshot: the key of the Deployment that it was made for. */
function ownersOf(object: KubeObject): string[] {
  const owner = isSnapshot(object) ? madeFor(object) : undefined;
  return owner === undefined ? [] : [keyIn(object.metadata.namespace, owner)];
}
