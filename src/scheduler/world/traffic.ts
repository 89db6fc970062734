import type { KubeClient } from '../../cluster/client.ts';
import { isForbidden } from '../../cluster/errors.ts';
import { pathOf } from '../../cluster/kinds.ts';
import type { ChangeSource, Store } from '../../cluster/store.ts';
import { ROLE } from '../../rollout/keys.ts';
import { type KubeObject, keyOf } from '../../rollout/kube.ts';
import type { TrafficWish } from '../../rollout/machine/traffic.ts';
import type { Kind } from '../../rollout/object-change.ts';
import { namespacesElsewhere } from '../../rollout/spec/route-choice.ts';
import type { TrafficObjects, TrafficProvider, TrafficReference, TrafficSource } from '../../traffic/provider.ts';
import type { NamespaceView } from './namespace-view.ts';
import { StoredSpecCache } from './stored-spec-cache.ts';
import { adoptedKeys, keysAbout } from './target-keys.ts';

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

export interface TrafficViewOptions {
  client: Pick<KubeClient, 'find'>;
  provider: TrafficProvider;
  /** Opens a watch and gives its store. */
  watch: (wanted: TrafficWatch) => Store;
  /** What users have in the namespaces of Deployments, of the kinds that are read so. */
  namespaces: Pick<NamespaceView, 'list' | 'put' | 'forget'>;
  /** Resolves once the watch on a kind is up to date. @throws what keeps it from being so */
  expectCurrent: (key: string, kind: Kind) => Promise<void>;
}

/** One part of what a wish concerns. */
export interface TrafficPart {
  /** Its objects carry the weights. */
  isRoute: boolean;
  /** What is read, to tell one part from another. */
  about: string;
}

/** Reads a part; one that cannot be read may be left out by it. */
export type PartReader = (part: TrafficPart, read: () => Promise<KubeObject[]>) => Promise<readonly KubeObject[]>;

const readAll: PartReader = (_part, read) => read();

interface Reading {
  key: string;
  /** Other namespaces where routes are meant. */
  elsewhere: readonly string[];
  readPart: PartReader;
}

type Unlabelled = Pick<Reading, 'key' | 'elsewhere'> & { labelled: readonly KubeObject[] };

/** A source whose labelled objects are watched everywhere. */
type Watched = TrafficSource & { store: Store };

/** The objects that divide the traffic of Deployments, of all kinds that the provider names. */
export class TrafficView {
  readonly #options: TrafficViewOptions;
  readonly #sources: readonly Watched[];
  /** What others refer to, by the key of the Deployment and their own: read once a release, and again until it is there. */
  readonly #references = new Map<string, Map<string, KubeObject>>();
  readonly #specs = new StoredSpecCache();

  constructor(options: TrafficViewOptions) {
    this.#options = options;
    const watched = options.provider.sources.filter(({ others }) => others !== 'referenced');
    this.#sources = watched.map((source) => ({ ...source, store: this.#watch(source) }));
  }

  #watch({ kind, optional }: TrafficSource): Store {
    const index = { [ABOUT]: keysAbout };
    const store = this.#options.watch({
      kind,
      labelSelector: ROLE,
      optional: optional === true,
      index,
      toKeys: keysAbout,
    });
    store.onChange(({ type, object }) => {
      if (type === 'deleted') this.#specs.forget(object);
    });
    return store;
  }

  /** All that a wish may concern; what has Headgate's label, as the routes with its weights have, in any case. @throws what `readPart` throws */
  async of(wish: TrafficWish, readPart: PartReader = readAll): Promise<TrafficObjects> {
    const key = keyOf(wish.deployment);
    const { namespace } = wish.deployment.metadata;
    const elsewhere = namespacesElsewhere(wish.service.routes, namespace).filter((name) => !wish.closed?.has(name));
    const reading = { key, elsewhere, readPart };
    const found = (await Promise.all(this.#sources.map((source) => this.#objectsOf(source, reading)))).flat();
    const { provider } = this.#options;
    const wanted = provider.references?.(found, wish) ?? [];
    const references = await readPart({ isRoute: false, about: 'references' }, () => this.#referred(key, wanted));
    return [...found, ...references];
  }

  async #objectsOf(source: Watched, { key, elsewhere, readPart }: Reading): Promise<KubeObject[]> {
    const labelled = source.store.by(ABOUT, key);
    const part = { isRoute: source.isRoute === true, about: source.kind.plural };
    const others = await readPart(part, async () => {
      await this.#options.expectCurrent(key, source.kind);
      return this.#unlabelledOf(source, { key, elsewhere, labelled });
    });
    return [...labelled, ...others].map((object) => this.#specs.asWritten(object));
  }

  async #unlabelledOf(source: Watched, { key, elsewhere, labelled }: Unlabelled): Promise<KubeObject[]> {
    const known = new Set(labelled.map(keyOf));
    const others = (await this.#othersOf(source, key, elsewhere)).filter((object) => !known.has(keyOf(object)));
    // One that is marked for another Deployment may serve this one too.
    const rest = others.filter((object) => isUnlabelled(object) || isThere(source, object));
    const doubtful = others.filter((object) => adoptedKeys(object).includes(key) && !rest.includes(object));
    const found = await Promise.all(doubtful.map((object) => this.#asItIs(source, key, object)));
    return [...rest, ...found.flat()];
  }

  /**
   * A user's route that the one watch has with the label, and the other no more: it may be gone, or only its label is. Traffic is
   * never judged by the lag between the two.
   */
  async #asItIs({ kind }: Watched, key: string, object: KubeObject): Promise<KubeObject[]> {
    const found = await this.#find({ kind, key: keyOf(object) });
    if (found === undefined) this.#options.namespaces.forget(key);
    else this.put(found, 'write');
    return found === undefined ? [] : [found];
  }

  /** What of the watched objects is about a Deployment. @param key of the Deployment */
  labelled(key: string): TrafficObjects {
    return this.#sources.flatMap(({ store }) => store.by(ABOUT, key));
  }

  /** Whether a route bears the mark of a Deployment, or was made for it. @param key of the Deployment */
  hasRoute(key: string): boolean {
    return this.#sources.some(({ isRoute, store }) => isRoute === true && store.by(ABOUT, key).length > 0);
  }

  /** Whether a route still bears the mark of a Deployment, whether that is there or not. @param key of the Deployment */
  isMarkedFor(key: string): boolean {
    return this.labelled(key).some((object) => adoptedKeys(object).includes(key));
  }

  /** What of other namespaces bears the mark of a Deployment. @param key of the Deployment */
  markedElsewhere(key: string): TrafficReference[] {
    const [namespace] = key.split('/');
    return this.#sources.flatMap(({ kind, store }) =>
      store
        .by(ABOUT, key)
        .filter((object) => object.metadata.namespace !== namespace && adoptedKeys(object).includes(key))
        .map((object) => ({ kind, key: keyOf(object) })),
    );
  }

  async #othersOf(
    { kind, others, store }: Watched,
    key: string,
    elsewhere: readonly string[],
  ): Promise<readonly KubeObject[]> {
    const { namespaces } = this.#options;
    if (others === 'namespace') {
      const places = [undefined, ...elsewhere];
      return (await Promise.all(places.map((place) => namespaces.list(key, kind, place)))).flat();
    }
    if (store.get(key) !== undefined) return [];
    const found = await this.#find({ kind, key });
    return found === undefined ? [] : [found];
  }

  async #referred(key: string, wanted: readonly TrafficReference[]): Promise<KubeObject[]> {
    if (wanted.length === 0) return [];
    const known = this.#references.get(key) ?? new Map<string, KubeObject>();
    this.#references.set(key, known);
    const reading = wanted.map(async (reference) => {
      const name = `${reference.kind.plural}/${reference.key}`;
      const found = known.get(name) ?? (await this.#find(reference));
      if (found) known.set(name, found);
      return found;
    });
    return (await Promise.all(reading)).filter((object) => object !== undefined);
  }

  /** Takes an object as it is now; one without the label is no more watched. @param asked the spec that was written, where all of it was */
  put(object: KubeObject, source: ChangeSource, asked?: unknown): void {
    this.#options.namespaces.put(object, source);
    const store = this.#storeOf(object);
    if (isUnlabelled(object)) return void store?.remove(keyOf(object), object.metadata.resourceVersion ?? '');
    store?.put(object, source);
    if (asked !== undefined) this.#specs.note(asked, object);
  }

  /** Takes a deletion that was accepted. */
  remove(object: KubeObject): void {
    this.#storeOf(object)?.remove(keyOf(object), object.metadata.resourceVersion ?? '');
  }

  /** Reads what carries the weights from the API server, past the watches. @throws KubeError */
  async refresh(wish: TrafficWish, readPart: PartReader = readAll): Promise<void> {
    const routes = this.#sources.filter(({ isRoute }) => isRoute);
    const objects = (await this.of(wish, readPart)).filter(({ kind }) =>
      routes.some((source) => source.kind.kind === kind),
    );
    await Promise.all(
      objects.map(async (object) => {
        const { kind } = routes.find((source) => source.kind.kind === object.kind) ?? {};
        const found = kind && (await this.#find({ kind, key: keyOf(object) }));
        if (found) this.put(found, 'write');
      }),
    );
  }

  /** What is known of objects without Headgate's label may be old. @param key of the Deployment */
  forget(key: string): void {
    this.#references.delete(key);
    this.#options.namespaces.forget(key);
  }

  #storeOf({ kind }: KubeObject): Store | undefined {
    return this.#sources.find((source) => source.kind.kind === kind)?.store;
  }

  /** What may not be read is there all the same, for all that is known: it is given without a spec. */
  async #find({ kind, key }: TrafficReference): Promise<KubeObject | undefined> {
    const [namespace = '', name = ''] = key.split('/');
    try {
      return await this.#options.client.find(pathOf(kind, namespace, name));
    } catch (error) {
      if (isForbidden(error)) return { kind: kind.kind, metadata: { namespace, name } };
      throw error;
    }
  }
}

/** What has the label is always watched: what was read before may have gone. */
const isThere = ({ store }: Watched, object: KubeObject): boolean => store.get(keyOf(object)) !== undefined;

const isUnlabelled = ({ metadata }: KubeObject): boolean => metadata.labels?.[ROLE] === undefined;
