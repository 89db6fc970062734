import { RecentMap } from '../recent-map.ts';
import { type KubeObject, keyOf } from '../rollout/kube.ts';

/** From where a store has a change: a watch told it, or this process wrote or read the object itself. */
export type ChangeSource = 'watch' | 'write';

/**
 * One change of a store. `modified` is also the successor of the same name, when its predecessor's end went unseen: compare
 * uids. `deleted` means: no more in the store's view. With a selector that is also the object that lost
 * its label, or whose labels changed: then `mayExist` is true, and only a GET tells. `object` is then the last state seen.
 */
export interface StoreEvent<T> {
  type: 'added' | 'modified' | 'deleted';
  /** `namespace/name`. */
  key: string;
  object: T;
  /** What the store had before; left out for `added`. */
  previous?: T;
  mayExist: boolean;
  source: ChangeSource;
}

export interface StoreOptions<T> {
  /** Name → the values under which an object is found by `by(name, value)`. */
  indexes?: Readonly<Record<string, (object: T) => readonly string[]>>;
  /** The store is filled through a label or field selector. */
  filtered?: boolean;
  /** What is kept of each object. Default: all but its managedFields, often half of it, which nothing here reads. */
  keep?: (object: T) => T;
  /** A handler that throws is reported here, and stops nobody. */
  onError?: (error: unknown) => void;
}

/** Deletions remembered, so that an event or answer that is older does not bring the object back. */
const MOST_TOMBSTONES = 2_000;

/**
 * The newest known state of the objects of one kind. Filled by a reflector, or by one for each namespace, and by what writes
 * return (`put`), in any order: a state is taken only if its resourceVersion is newer. Objects are shared: never change one
 * that came from here.
 */
export class Store<T extends KubeObject = KubeObject> {
  readonly #objects = new Map<string, T>();
  readonly #tombstones = new RecentMap<string, string>(MOST_TOMBSTONES);
  readonly #indexes = new Map<string, Index<T>>();
  readonly #handlers = new Set<(event: StoreEvent<T>) => void>();
  readonly #options: StoreOptions<T>;
  readonly #keep: (object: T) => T;
  /** Namespace, or '' for all → the resourceVersion of its last list. */
  readonly #versions = new Map<string, string>();

  constructor(options: StoreOptions<T> = {}) {
    this.#options = options;
    this.#keep = options.keep ?? withoutManagedFields;
    for (const [name, values] of Object.entries(options.indexes ?? {})) this.#indexes.set(name, new Index(values));
  }

  get size(): number {
    return this.#objects.size;
  }

  get(key: string): T | undefined {
    return this.#objects.get(key);
  }

  list(): T[] {
    return [...this.#objects.values()];
  }

  /** Objects that the named index has under the value. */
  by(index: string, value: string): T[] {
    const keys = this.#indexes.get(index)?.keys(value) ?? [];
    return [...keys].flatMap((key) => this.#objects.get(key) ?? []);
  }

  /** Calls the handler after each change; returns what ends that. */
  onChange(handler: (event: StoreEvent<T>) => void): () => void {
    this.#handlers.add(handler);
    return () => this.#handlers.delete(handler);
  }

  /** Takes an object as it is now (only what the store's selector matches). False if the store knows something as new or newer. */
  put(object: T, source: ChangeSource = 'watch'): boolean {
    const key = keyOf(object);
    const previous = this.#objects.get(key);
    const known = previous?.metadata.resourceVersion ?? this.#tombstones.get(key);
    if (known !== undefined && !isNewer(object.metadata.resourceVersion, known)) return false;
    this.#set(key, this.#keep(object), { previous, source });
    return true;
  }

  /** Takes a deletion that happened at the resourceVersion. False if the store has something newer. */
  remove(key: string, resourceVersion: string, last?: T): boolean {
    const previous = this.#objects.get(key);
    if (previous && isNewer(previous.metadata.resourceVersion, resourceVersion)) return false;
    this.#bury(key, resourceVersion);
    if (previous === undefined) return false;
    this.#objects.delete(key);
    for (const index of this.#indexes.values()) index.move(key, previous, undefined);
    const mayExist = this.#options.filtered ?? false;
    this.#tell({
      type: 'deleted',
      key,
      object: last ? this.#keep(last) : previous,
      previous,
      mayExist,
      source: 'watch',
    });
    return true;
  }

  /**
   * Takes a full list, of one namespace or of all, as of its resourceVersion: what it does not have is deleted there, unless
   * the store knows it from later. Returns the number of changes. A list older than the one before of the same extent means
   * that the server's history was put back (etcd restored): then everything known there is void.
   */
  replace(objects: readonly T[], resourceVersion: string, namespace = ''): number {
    const before = this.#versions.get(namespace);
    this.#versions.set(namespace, resourceVersion);
    if (isNewer(before, resourceVersion)) return this.#restart(objects, namespace);
    const listed = new Set(objects.map(keyOf));
    const gone = within(namespace, this.#objects).filter((key) => !listed.has(key));
    const removed = gone.filter((key) => this.remove(key, resourceVersion)).length;
    return removed + objects.filter((object) => this.put(object)).length;
  }

  #restart(objects: readonly T[], namespace: string): number {
    const kept = new Map(objects.map((object) => [keyOf(object), object]));
    for (const key of within(namespace, this.#objects)) {
      if (!kept.has(key)) this.remove(key, this.#objects.get(key)?.metadata.resourceVersion ?? '');
    }
    for (const key of within(namespace, this.#tombstones)) this.#tombstones.delete(key);
    for (const [key, object] of kept)
      this.#set(key, this.#keep(object), { previous: this.#objects.get(key), source: 'watch' });
    return objects.length;
  }

  #set(key: string, object: T, { previous, source }: { previous: T | undefined; source: ChangeSource }): void {
    this.#objects.set(key, object);
    this.#tombstones.delete(key);
    for (const index of this.#indexes.values()) index.move(key, previous, object);
    const type = previous ? 'modified' : 'added';
    this.#tell({ type, key, object, mayExist: true, source, ...(previous && { previous }) });
  }

  /** Without a version, as where the whole kind is gone, nothing that comes back would be the newer one. */
  #bury(key: string, resourceVersion: string): void {
    if (resourceVersion === '' || isNewer(this.#tombstones.get(key), resourceVersion)) return;
    this.#tombstones.set(key, resourceVersion);
  }

  #tell(event: StoreEvent<T>): void {
    for (const handler of this.#handlers) {
      try {
        handler(event);
      } catch (error) {
        this.#options.onError?.(error);
      }
    }
  }
}

/** Value → keys of the objects that have it. */
class Index<T> {
  readonly #values: (object: T) => readonly string[];
  readonly #keys = new Map<string, Set<string>>();

  constructor(values: (object: T) => readonly string[]) {
    this.#values = values;
  }

  keys(value: string): Iterable<string> {
    return this.#keys.get(value) ?? [];
  }

  move(key: string, from: T | undefined, to: T | undefined): void {
    for (const value of from ? this.#values(from) : []) {
      const keys = this.#keys.get(value);
      keys?.delete(key);
      if (keys?.size === 0) this.#keys.delete(value);
    }
    for (const value of to ? this.#values(to) : []) {
      const keys = this.#keys.get(value) ?? new Set();
      this.#keys.set(value, keys.add(key));
    }
  }
}

/** The keys of objects of the namespace; of all where it is ''. */
function within(namespace: string, map: ReadonlyMap<string, unknown>): string[] {
  const keys = [...map.keys()];
  return namespace === '' ? keys : keys.filter((key) => key.startsWith(`${namespace}/`));
}

/** Whether resourceVersion a is later than b. They are whole numbers of any length; anything else is never newer. */
export function isNewer(a: string | undefined, b: string | undefined): boolean {
  if (!a || !b || !/^\d+$/.test(a) || !/^\d+$/.test(b)) return false;
  return a.length === b.length ? a > b : a.length > b.length;
}

/** A write without managedFields leaves them alone. */
export function withoutManagedFields<T extends KubeObject>(object: T): T {
  if (!('managedFields' in object.metadata)) return object;
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}
