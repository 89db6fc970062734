import type { KubeClient } from '../../cluster/client.ts';
import { isNotFound } from '../../cluster/errors.ts';
import { pathOf } from '../../cluster/kinds.ts';
import type { ChangeSource, Store } from '../../cluster/store.ts';
import { CANARY_SUFFIX, ROLE } from '../../rollout/keys.ts';
import { type Deployment, type KubeObject, keyIn, keyOf } from '../../rollout/kube.ts';
import type { Kind } from '../../rollout/object-change.ts';
import { madeFor } from '../../rollout/workload/generated.ts';
import type { TrafficObjects, TrafficProvider, TrafficSource } from '../../traffic/provider.ts';
import { StoredSpecCache } from './stored-spec-cache.ts';

/** The index by which a store knows what its objects are about. */
const ABOUT = 'about';

/** What is opened for each source: a watch on the objects with Headgate's label. */
export interface TrafficWatch {
  kind: Kind;
  labelSelector: string;
  optional: boolean;
  index: Readonly<Record<string, (object: KubeObject) => readonly string[]>>;
  /** Keys of the Deployments that an object is about. */
  toKeys: (object: KubeObject) => readonly string[];
}

export interface TrafficOptions {
  client: Pick<KubeClient, 'find' | 'listAll'>;
  provider: TrafficProvider;
  /** Opens a watch and gives its store. */
  watch: (wanted: TrafficWatch) => Store;
}

/** The objects that divide the traffic of Deployments, of all kinds that the provider names. */
export class TrafficView {
  readonly #client: TrafficOptions['client'];
  readonly #sources: readonly (TrafficSource & { store: Store })[];
  /** What users wrote in a Deployment's namespace, by its key: read once a release. */
  readonly #users = new Map<string, TrafficObjects>();
  readonly #specs = new StoredSpecCache();

  constructor({ client, provider, watch }: TrafficOptions) {
    this.#client = client;
    this.#sources = provider.sources.map((source) => {
      const store = watch({
        kind: source.kind,
        labelSelector: ROLE,
        optional: source.optional ?? false,
        index: { [ABOUT]: keysAbout },
        toKeys: keysAbout,
      });
      store.onChange(({ type, object }) => {
        if (type === 'deleted') this.#specs.forget(object);
      });
      return { ...source, store };
    });
  }

  /** All of a Deployment's. @param fresh reads once more what is not watched @throws KubeError */
  async of(deployment: Deployment, fresh: boolean): Promise<TrafficObjects> {
    const key = keyOf(deployment);
    const labelled = this.#sources.flatMap(({ store }) => store.by(ABOUT, key));
    const named = this.#sources.filter(
      ({ others, kind }) => others === 'named' && !labelled.some((object) => isNamed(object, kind, deployment)),
    );
    const [users, ...found] = await Promise.all([
      this.#usersOf(deployment, fresh),
      ...named.map(({ kind }) => this.#find(kind, deployment)),
    ]);
    const unlabelled = [...users, ...found.filter((object) => object !== undefined)].filter(isUnlabelled);
    return [...labelled.map((object) => this.#specs.asWritten(object)), ...unlabelled];
  }

  /** Takes an object as it is now; one without the label is no more watched. @param asked the spec that was written, where all of it was */
  put(object: KubeObject, source: ChangeSource, asked?: unknown): void {
    const store = this.#storeOf(object);
    if (isUnlabelled(object)) return void store?.remove(keyOf(object), object.metadata.resourceVersion ?? '');
    store?.put(object, source);
    if (asked !== undefined) this.#specs.note(asked, object);
  }

  /** Takes a deletion that was accepted. */
  remove(object: KubeObject): void {
    this.#storeOf(object)?.remove(keyOf(object), object.metadata.resourceVersion ?? '');
  }

  /** Reads the objects of its name from the API server, past the watches. @throws KubeError */
  async refresh(deployment: Deployment): Promise<void> {
    const named = this.#sources.filter(({ others }) => others === 'named');
    const found = await Promise.all(named.map(({ kind }) => this.#find(kind, deployment)));
    for (const object of found) if (object !== undefined) this.put(object, 'write');
  }

  /** What is known of users' objects may be old. @param key of the Deployment */
  forget(key: string): void {
    this.#users.delete(key);
  }

  #storeOf({ kind }: KubeObject): Store | undefined {
    return this.#sources.find((source) => source.kind.kind === kind)?.store;
  }

  #find(kind: Kind, { metadata: { namespace, name } }: Deployment): Promise<KubeObject | undefined> {
    return this.#client.find(pathOf(kind, namespace, name));
  }

  async #usersOf(deployment: Deployment, fresh: boolean): Promise<TrafficObjects> {
    const key = keyOf(deployment);
    const known = fresh ? undefined : this.#users.get(key);
    if (known !== undefined) return known;
    const listed = this.#sources.filter(({ others }) => others === 'namespace');
    const found = await Promise.all(listed.map(({ kind }) => this.#list(kind, deployment.metadata.namespace)));
    const users = found.flat().filter(isUnlabelled);
    this.#users.set(key, users);
    return users;
  }

  /** Where the kind is not installed there are none. */
  async #list(kind: Kind, namespace: string | undefined): Promise<TrafficObjects> {
    try {
      return (await this.#client.listAll(pathOf(kind, namespace))).items;
    } catch (error) {
      if (isNotFound(error)) return [];
      throw error;
    }
  }
}

const isUnlabelled = ({ metadata }: KubeObject): boolean => metadata.labels?.[ROLE] === undefined;

const isNamed = (object: KubeObject, { kind }: Kind, { metadata }: Deployment): boolean =>
  object.kind === kind && object.metadata.name === metadata.name;

/** The Deployment that an object was made for; without an owner, any that its name may be about. */
function keysAbout(object: KubeObject): string[] {
  const { namespace, name } = object.metadata;
  const owner = madeFor(object);
  if (owner !== undefined) return [keyIn(namespace, owner)];
  const stem = name.endsWith(CANARY_SUFFIX) ? [name.slice(0, -CANARY_SUFFIX.length)] : [];
  return [name, ...stem].map((entry) => keyIn(namespace, entry));
}
