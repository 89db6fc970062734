import type { KubeObject } from '../rollout/kube.ts';
import type { Reflector } from './reflector.ts';
import type { Scope } from './reflector-options.ts';
import type { Store } from './store.ts';

interface Shared<T extends KubeObject> {
  reflector: Reflector<T>;
  users: number;
}

/**
 * Narrow watches that exist only while somebody needs them, such as the ReplicaSets of a Deployment while it is held. One
 * watch per key, however many acquire it. A key stands for one scope for ever: take the uid into it, not only the name.
 */
export class WatchScopes<T extends KubeObject = KubeObject> {
  readonly #open: (key: string, scope: Scope) => Reflector<T>;
  readonly #shared = new Map<string, Shared<T>>();

  /** @param open makes the reflector of a key, with a store of its own and its handlers; it is started here. */
  constructor(open: (key: string, scope: Scope) => Reflector<T>) {
    this.#open = open;
  }

  get size(): number {
    return this.#shared.size;
  }

  /** Each acquire wants one release. Wait for the reflector's `synced` before believing its store. */
  acquire(key: string, scope: Scope): Reflector<T> {
    const shared = this.#shared.get(key) ?? this.#begin(key, scope);
    shared.users += 1;
    return shared.reflector;
  }

  /** The store of a key that somebody holds. */
  get(key: string): Store<T> | undefined {
    return this.#shared.get(key)?.reflector.store;
  }

  /** The same, if it is filled: what it does not show is not there. */
  filled(key: string): Store<T> | undefined {
    const { reflector } = this.#shared.get(key) ?? {};
    return reflector?.isFilled ? reflector.store : undefined;
  }

  /** Resolves when the watch has stopped, if this was its last user. */
  async release(key: string): Promise<void> {
    const shared = this.#shared.get(key);
    if (shared === undefined) return;
    shared.users -= 1;
    if (shared.users > 0) return;
    this.#shared.delete(key);
    await shared.reflector.stop();
  }

  async stop(): Promise<void> {
    const all = [...this.#shared.values()];
    this.#shared.clear();
    await Promise.all(all.map(({ reflector }) => reflector.stop()));
  }

  #begin(key: string, scope: Scope): Shared<T> {
    const shared = { reflector: this.#open(key, scope), users: 0 };
    this.#shared.set(key, shared);
    shared.reflector.start();
    return shared;
  }
}
