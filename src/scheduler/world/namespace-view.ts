import type { KubeClient } from '../../cluster/client.ts';
import { isNotFound } from '../../cluster/errors.ts';
import { pathOf } from '../../cluster/kinds.ts';
import type { Reflector } from '../../cluster/reflector.ts';
import type { ReflectorHooks, Scope } from '../../cluster/reflector-options.ts';
import { type ChangeSource, type StoreEvent, withoutManagedFields } from '../../cluster/store.ts';
import { WatchScopes } from '../../cluster/watch-scope.ts';
import { ROLE } from '../../rollout/keys.ts';
import { type KubeObject, keyIn } from '../../rollout/kube.ts';
import type { Kind } from '../../rollout/object-change.ts';
import { isTakenOver, madeFor } from '../../rollout/workload/generated.ts';
import { currentObjects, narrowWatch } from './narrow-watch.ts';
import { SharedLists } from './shared-lists.ts';

export interface ViewedKind {
  kind: Kind;
  /** A cluster without the kind is one without such objects. */
  optional?: boolean;
  /** Viewed in the Deployment's own namespace alone, and in no other that is held for it. */
  ownOnly?: boolean;
}

export interface NamespaceViewOptions {
  client: KubeClient;
  kinds: readonly ViewedKind[];
  hooks: (kind: Kind) => ReflectorHooks;
  /** Something changed in the namespace of this key's Deployment. */
  onChange: (key: string) => void;
}

/**
 * All objects of some kinds in the namespaces where a release is under way: Services and routes that users write, by any name.
 * They are watched while somebody holds the namespace, once for all who do, and otherwise as they were last read.
 */
export class NamespaceView {
  readonly #options: NamespaceViewOptions;
  readonly #scopes: WatchScopes;
  /** Keys that hold a namespace. */
  readonly #holders = new Map<string, Set<string>>();
  /** By key, and kind and namespace, what was read last by who does not hold that. */
  readonly #read = new Map<string, Map<string, readonly KubeObject[]>>();
  readonly #lists = new SharedLists();

  constructor(options: NamespaceViewOptions) {
    this.#options = options;
    this.#scopes = new WatchScopes((key, scope) => this.#open(key, scope));
  }

  get size(): number {
    return this.#scopes.size;
  }

  /**
   * Watches the namespace until `release`, and others with it; false if it does already.
   * @param key of the Deployment, `namespace/name`
   */
  hold(key: string, elsewhere: readonly string[] = []): boolean {
    const taken = [namespaceOf(key), ...elsewhere].filter((namespace) => !this.#holders.get(namespace)?.has(key));
    for (const namespace of taken) this.#take(key, namespace);
    return taken.length > 0;
  }

  #take(key: string, namespace: string): void {
    this.#holders.set(namespace, (this.#holders.get(namespace) ?? new Set()).add(key));
    for (const kind of this.#kindsIn(namespace, key))
      this.#scopes.acquire(scopeOf(kind, namespace), { kind, namespace });
  }

  #kindsIn(namespace: string, key: string): Kind[] {
    const isOwn = namespace === namespaceOf(key);
    return this.#options.kinds.filter(({ ownOnly }) => isOwn || !ownOnly).map(({ kind }) => kind);
  }

  /** What is known stays known, until it is held again. */
  async release(key: string): Promise<void> {
    const held = [...this.#holders].filter(([, holders]) => holders.has(key)).map(([namespace]) => namespace);
    await Promise.all(held.flatMap((namespace) => this.#leave(key, namespace)));
  }

  #leave(key: string, namespace: string): Promise<void>[] {
    const holders = this.#holders.get(namespace);
    holders?.delete(key);
    if (holders?.size === 0) this.#holders.delete(namespace);
    return this.#kindsIn(namespace, key).map((kind) => {
      const scope = scopeOf(kind, namespace);
      const known = this.#scopes.filled(scope)?.list();
      if (known === undefined) this.#read.get(key)?.delete(scope);
      else this.#note(key, scope, known);
      return this.#scopes.release(scope);
    });
  }

  /** All of a kind in the namespace of a Deployment, or in another one. @throws KubeError */
  async list<T extends KubeObject>(key: string, kind: Kind, namespace = namespaceOf(key)): Promise<readonly T[]> {
    if (this.#holders.get(namespace)?.has(key)) return (await this.#current(kind, namespace)) as readonly T[];
    const scope = scopeOf(kind, namespace);
    const known = this.#read.get(key)?.get(scope);
    return (known ?? this.#note(key, scope, await this.#fetch(kind, namespace))) as readonly T[];
  }

  #note(key: string, scope: string, objects: readonly KubeObject[]): readonly KubeObject[] {
    const shared = this.#lists.share(scope, objects);
    this.#read.set(key, (this.#read.get(key) ?? new Map()).set(scope, shared));
    return shared;
  }

  /** Takes an object as it is now. */
  put(object: KubeObject, source: ChangeSource): void {
    const { namespace = '' } = object.metadata;
    const viewed = this.#options.kinds.find(({ kind }) => kind.kind === object.kind);
    if (viewed) this.#scopes.get(scopeOf(viewed.kind, namespace))?.put(object, source);
  }

  /** What was read is old: it is read again when it is asked for. @param kind is given where only objects of that kind may be others */
  forget(key: string, kind?: Kind): void {
    if (kind === undefined || this.#options.kinds.some((viewed) => viewed.kind === kind)) this.#read.delete(key);
  }

  stop(): Promise<void> {
    return this.#scopes.stop();
  }

  async #current(kind: Kind, namespace: string): Promise<readonly KubeObject[]> {
    const key = scopeOf(kind, namespace);
    try {
      return await currentObjects(this.#scopes.acquire(key, { kind, namespace }));
    } finally {
      await this.#scopes.release(key);
    }
  }

  #open(_key: string, scope: Scope): Reflector {
    const { client, hooks, kinds, onChange } = this.#options;
    const { optional = false } = kinds.find(({ kind }) => kind === scope.kind) ?? {};
    const wake = (event: StoreEvent<KubeObject>) => {
      const holders = this.#holders.get(scope.namespace ?? '') ?? new Set();
      for (const key of concernedBy(event, holders)) onChange(key);
    };
    return narrowWatch({ client, scope, hooks: hooks(scope.kind), optional, onChange: wake });
  }

  async #fetch(kind: Kind, namespace: string): Promise<readonly KubeObject[]> {
    try {
      return (await this.#options.client.listAll(pathOf(kind, namespace))).items.map(withoutManagedFields);
    } catch (error) {
      if (isNotFound(error)) return [];
      throw error;
    }
  }
}

/**
 * Which releases of a namespace a change is to be told to: all, but of what Headgate made for one Deployment that one alone. Each of
 * them writes such objects, with each weight again, and what is made for one keeps no other from its way; what goes may make room.
 */
export function concernedBy({ type, object }: StoreEvent<KubeObject>, holders: ReadonlySet<string>): string[] {
  const isMade = object.metadata.labels?.[ROLE] !== undefined && !isTakenOver(object);
  const owner = isMade && type !== 'deleted' ? madeFor(object) : undefined;
  return [...holders].filter((key) => owner === undefined || key === keyIn(object.metadata.namespace, owner));
}

const namespaceOf = (key: string): string => key.slice(0, key.indexOf('/'));
const scopeOf = ({ plural, group }: Kind, namespace: string): string => `${plural}.${group}|${namespace}`;
