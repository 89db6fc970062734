import type { KubeClient } from '../../cluster/client.ts';
import { KINDS } from '../../cluster/kinds.ts';
import type { ReflectorHooks } from '../../cluster/reflector-options.ts';
import type { Store, StoreEvent } from '../../cluster/store.ts';
import { WatchScopes } from '../../cluster/watch-scope.ts';
import { CANARY_SUFFIX } from '../../rollout/keys.ts';
import { type Deployment, keyIn, keyOf, type ReplicaSet } from '../../rollout/kube.ts';
import { readHold } from '../../rollout/workload/hold.ts';
import { ownedBy } from '../../rollout/workload/stable.ts';
import { currentObjects, narrowWatch } from './narrow-watch.ts';

export interface ReplicaSetWatchesOptions {
  client: KubeClient;
  hooks: ReflectorHooks;
  /** What is kept of each. */
  keep: (set: ReplicaSet) => ReplicaSet;
  enrolled: Pick<Store<Deployment>, 'get'>;
  /** Something changed about the ReplicaSets of this key's Deployment, or of its canary, that a decision may follow from. */
  onChange: (key: string) => void;
}

/** The ReplicaSets of Deployments and of their canaries: one watch for each Deployment, while somebody asks for them. */
export class ReplicaSetWatches {
  readonly #sets: WatchScopes<ReplicaSet>;
  /** Keys of Deployments, and the scope that is watched for them. */
  readonly #scopes = new Map<string, string>();

  constructor({ client, hooks, keep, enrolled, onChange }: ReplicaSetWatchesOptions) {
    this.#sets = new WatchScopes((scopeKey, scope) => {
      const [key = ''] = scopeKey.split('|');
      const wake = ({ object }: StoreEvent<ReplicaSet>) => {
        if (isDecisive(object, enrolled.get(key))) onChange(key);
      };
      return narrowWatch({ client, scope, hooks, keep, onChange: wake });
    });
  }

  get size(): number {
    return this.#sets.size;
  }

  /**
   * Watched from the first call until `forget`.
   * @param label the selector label that gets the canary's suffix
   * @throws what keeps them from being known
   */
  async of({ metadata, spec }: Deployment, label: string): Promise<readonly ReplicaSet[]> {
    const key = keyOf({ metadata });
    const scopeKey = `${key}|${metadata.uid}|${label}`;
    if (this.#scopes.get(key) !== scopeKey) {
      await this.forget(key);
      this.#scopes.set(key, scopeKey);
      const labelSelector = Object.entries(spec.selector.matchLabels ?? {})
        .map(([name, value]) =>
          name === label ? `${name} in (${value},${value}${CANARY_SUFFIX})` : `${name}=${value}`,
        )
        .join(',');
      const namespace = metadata.namespace ?? '';
      this.#sets.acquire(scopeKey, { kind: KINDS.replicasets, namespace, labelSelector });
    }
    return this.#current(scopeKey);
  }

  async forget(key: string): Promise<void> {
    const scopeKey = this.#scopes.get(key);
    if (scopeKey === undefined) return;
    this.#scopes.delete(key);
    await this.#sets.release(scopeKey);
  }

  /** Takes the answer of a write. */
  put(set: ReplicaSet): void {
    this.#storeOf(set)?.put(set, 'write');
  }

  /** Takes a deletion that was accepted: pods and object may still be on their way out. */
  remove(set: ReplicaSet): void {
    this.#storeOf(set)?.remove(keyOf(set), set.metadata.resourceVersion ?? '');
  }

  stop(): Promise<void> {
    return this.#sets.stop();
  }

  #storeOf({ metadata: { namespace, ownerReferences = [] } }: ReplicaSet): Store<ReplicaSet> | undefined {
    const scopes = ownerReferences.map(({ name }) => this.#scopes.get(keyIn(namespace, name)));
    const scope = scopes.find((key) => key !== undefined);
    return scope === undefined ? undefined : this.#sets.get(scope);
  }

  /** The scope is open: acquiring and releasing it once more only reads what it shows. */
  async #current(scopeKey: string): Promise<readonly ReplicaSet[]> {
    try {
      return await currentObjects(this.#sets.acquire(scopeKey, { kind: KINDS.replicasets }));
    } finally {
      await this.#sets.release(scopeKey);
    }
  }
}

/**
 * Whether anything may follow from a ReplicaSet. From those of the Deployment itself it does under a hold alone: they say what really
 * runs. While it rolls out, which changes them all the time, its own status says how far it is.
 */
export const isDecisive = (set: ReplicaSet, deployment: Deployment | undefined): boolean =>
  deployment === undefined || !ownedBy(deployment, set) || readHold(deployment).state !== 'open';
