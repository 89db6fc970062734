import type { KubeClient } from '../../cluster/client.ts';
import { KINDS, pathOf } from '../../cluster/kinds.ts';
import type { Namespaces } from '../../cluster/namespaces.ts';
import type { Reflector } from '../../cluster/reflector.ts';
import type { ReflectorHooks, Scope } from '../../cluster/reflector-options.ts';
import { Store } from '../../cluster/store.ts';
import type { WatchEndReason } from '../../cluster/watch-ending.ts';
import { WatchScopes } from '../../cluster/watch-scope.ts';
import { CANARY_SUFFIX, ENROLLED, ROLE } from '../../rollout/keys.ts';
import { type Deployment, type KubeObject, keyIn, keyOf, type ReplicaSet, type Service } from '../../rollout/kube.ts';
import type { Canary } from '../../rollout/machine/canary.ts';
import { canaryName } from '../../rollout/names.ts';
import type { Kind } from '../../rollout/object-change.ts';
import { isMadeFor } from '../../rollout/workload/taken-names.ts';
import type { TrafficProvider } from '../../traffic/provider.ts';
import { Endpoints } from './endpoints.ts';
import { NamespaceWatches } from './namespace-watches.ts';
import { narrowWatch } from './narrow-watch.ts';
import { Records } from './records.ts';
import { TakenNames } from './taken-names.ts';
import { TrafficView } from './traffic.ts';

interface Watch<T> {
  kind: Kind;
  labelSelector?: string;
  /** A cluster without the kind does not keep the scheduler from starting. */
  optional?: boolean;
  index?: Readonly<Record<string, (object: T) => readonly string[]>>;
  /** Keys of the Deployments that an object is about. */
  toKeys: (object: T) => readonly string[];
}

export interface WorldOptions {
  client: KubeClient;
  namespaces: Namespaces;
  /** What divides traffic: its objects are watched too. */
  provider: TrafficProvider;
  /** Something changed about the Deployment of this key. */
  onChange: (key: string) => void;
  onError?: (error: unknown) => void;
  /** A watch of the resource (`deployments`) ended and is opened again. */
  onRestart?: (resource: string, reason: WatchEndReason) => void;
  /** A full list of the resource showed this many changes that the watch had not. */
  onMissed?: (resource: string, count: number) => void;
}

/**
 * What the scheduler sees of the cluster: watches that are narrow (by Headgate's labels), so that their cost grows with the
 * enrolled Deployments and not with the cluster, and one on the ReplicaSets of each held Deployment while it is held.
 */
export class World {
  readonly #client: KubeClient;
  readonly #options: WorldOptions;
  readonly #areas: NamespaceWatches;
  readonly #sets: WatchScopes<ReplicaSet>;
  /** Held keys, and the scope that is watched for them. */
  readonly #scopes = new Map<string, string>();
  readonly #foreignServices = new Map<string, Service | undefined>();
  readonly enrolled: Store<Deployment>;
  readonly canaries: Store<Deployment>;
  readonly services: Store<Service>;
  readonly endpoints: Endpoints;
  readonly traffic: TrafficView;
  readonly records: Records;
  readonly taken: TakenNames;

  constructor(options: WorldOptions) {
    this.#options = options;
    this.#client = options.client;
    this.#areas = new NamespaceWatches(options.namespaces);
    const { client, provider, onChange, onError } = options;
    this.enrolled = this.#watch<Deployment>({ kind: KINDS.deployments, labelSelector: ENROLLED, toKeys: own });
    this.canaries = this.#watch<Deployment>({ kind: KINDS.deployments, labelSelector: `${ROLE}=canary`, toKeys: stem });
    this.services = this.#watch<Service>({ kind: KINDS.services, labelSelector: `${ROLE}=service`, toKeys: stem });
    this.endpoints = new Endpoints({ client, hooks: this.#hooks(KINDS.endpointslices), onChange });
    this.traffic = new TrafficView({ client, provider, watch: (wanted) => this.#watch(wanted) });
    this.records = new Records(onChange, onError);
    this.#open({ kind: KINDS.canaries }, this.records.store);
    this.taken = new TakenNames({
      client,
      watched: (kind, key) => (kind === KINDS.deployments ? this.canaries : this.services).get(key),
    });
    this.#sets = new WatchScopes((key, scope) => this.#openSets(key, scope));
  }

  /** A change that this process wrote or read itself wakes nobody: its tick looks again anyway. */
  #watch<T extends KubeObject>({ toKeys, index, ...wanted }: Watch<T>): Store<T> {
    const { onChange, onError } = this.#options;
    const store = new Store<T>({ filtered: true, ...(index && { indexes: index }), ...(onError && { onError }) });
    store.onChange(({ object, source }) => {
      if (source === 'watch') for (const key of toKeys(object)) onChange(key);
    });
    this.#open(wanted, store);
    return store;
  }

  #open<T extends KubeObject>({ kind, labelSelector, optional }: Omit<Watch<T>, 'toKeys' | 'index'>, store: Store<T>) {
    const selector = labelSelector === undefined ? {} : { labelSelector };
    const rest = { ...selector, ...(optional && { optional: true as const }), ...this.#hooks(kind) };
    this.#areas.open<T>({ client: this.#client, store, kind, ...rest });
  }

  #hooks({ plural }: Kind): ReflectorHooks {
    const { onError, onRestart, onMissed } = this.#options;
    return {
      ...(onError && { onError }),
      ...(onRestart && { onRestart: (reason) => onRestart(plural, reason) }),
      ...(onMissed && { onMissed: (count) => onMissed(plural, count) }),
    };
  }

  #openSets(scopeKey: string, scope: Scope): Reflector<ReplicaSet> {
    const [key = ''] = scopeKey.split('|');
    const onChange = () => this.#options.onChange(key);
    return narrowWatch({ client: this.#client, scope, hooks: this.#hooks(scope.kind), onChange });
  }

  /** Resolves when the watches have delivered what there is, wherever Headgate may look. */
  start(): Promise<void> {
    return this.#areas.start();
  }

  async stop(): Promise<void> {
    await Promise.all([this.#areas.stop(), this.#sets.stop(), this.endpoints.stop()]);
  }

  /** Whether what is not seen of a Deployment is not there. */
  isFilled(key: string): boolean {
    return this.#areas.isFilled(key);
  }

  /** Takes the answer of a write, so that the next look sees it; whoever wrote looks again without being woken. */
  put(object: KubeObject): void {
    const { labels } = object.metadata;
    if (object.kind === 'ReplicaSet') this.#setsOf(object as ReplicaSet)?.put(object as ReplicaSet, 'write');
    else if (object.kind === 'Canary') this.records.put(object as Canary);
    else if (object.kind === 'Service') this.#putService(object as Service, keyOf(object));
    else if (object.kind === 'Deployment' && labels?.[ROLE] === 'canary')
      this.canaries.put(object as Deployment, 'write');
    else if (object.kind === 'Deployment' && labels?.[ENROLLED] !== undefined)
      this.enrolled.put(object as Deployment, 'write');
  }

  /** Takes a deletion that was accepted: pods and object may still be on their way out. */
  removeSet(set: ReplicaSet): void {
    this.#setsOf(set)?.remove(keyOf(set), set.metadata.resourceVersion ?? '');
  }

  #setsOf({ metadata: { namespace, ownerReferences = [] } }: ReplicaSet): Store<ReplicaSet> | undefined {
    const scopes = ownerReferences.map(({ name }) => this.#scopes.get(keyIn(namespace, name)));
    const scope = scopes.find((key) => key !== undefined);
    return scope === undefined ? undefined : this.#sets.get(scope);
  }

  #putService(service: Service, key: string): void {
    if (service.metadata.labels?.[ROLE] === 'service') this.services.put(service, 'write');
    else this.#foreignServices.set(key, service);
  }

  /** The ReplicaSets of a Deployment and of its canary, watched from the first call until `forgetSets`. */
  async replicaSets({ metadata, spec }: Deployment, label: string): Promise<ReplicaSet[]> {
    const key = keyOf({ metadata });
    const scopeKey = `${key}|${metadata.uid}|${label}`;
    if (this.#scopes.get(key) !== scopeKey) {
      await this.forgetSets(key);
      this.#scopes.set(key, scopeKey);
      const labelSelector = Object.entries(spec.selector.matchLabels ?? {})
        .map(([name, value]) =>
          name === label ? `${name} in (${value},${value}${CANARY_SUFFIX})` : `${name}=${value}`,
        )
        .join(',');
      const namespace = metadata.namespace ?? '';
      this.#sets.acquire(scopeKey, { kind: KINDS.replicasets, namespace, labelSelector });
    }
    const store = this.#sets.get(scopeKey);
    await this.#synced(scopeKey, { kind: KINDS.replicasets });
    return store?.list() ?? [];
  }

  /** The scope is open: acquiring and releasing it once more only reads whether it is filled. */
  async #synced(scopeKey: string, scope: { kind: Kind }): Promise<void> {
    await this.#sets.acquire(scopeKey, scope).synced;
    await this.#sets.release(scopeKey);
  }

  /** The Deployment is gone, or Headgate off it: nothing is kept for it. */
  async forget(key: string): Promise<void> {
    this.#foreignServices.delete(key);
    this.traffic.forget(key);
    this.taken.forget(key);
    await Promise.all([this.forgetSets(key), this.endpoints.forget(key)]);
  }

  async forgetSets(key: string): Promise<void> {
    const scopeKey = this.#scopes.get(key);
    if (scopeKey === undefined) return;
    this.#scopes.delete(key);
    await this.#sets.release(scopeKey);
  }

  canaryOf(deployment: Deployment): Deployment | undefined {
    const { namespace, name } = deployment.metadata;
    const found = this.canaries.get(keyIn(namespace, canaryName(name)));
    return found && isMadeFor(found, deployment) ? found : undefined;
  }

  /** The Service that Headgate made for a canary. */
  canaryServiceOf(deployment: Deployment): Service | undefined {
    const { namespace, name } = deployment.metadata;
    const found = this.services.get(keyIn(namespace, canaryName(name)));
    return found && isMadeFor(found, deployment) ? found : undefined;
  }

  /** A Service by name: from the watch if it is Headgate's, else read once, and again when `fresh`. */
  async service(namespace: string, name: string, fresh: boolean): Promise<Service | undefined> {
    const key = keyIn(namespace, name);
    const own = this.services.get(key);
    if (own !== undefined) return own;
    if (fresh || !this.#foreignServices.has(key)) {
      this.#foreignServices.set(key, await this.#client.find<Service>(pathOf(KINDS.services, namespace, name)));
    }
    return this.#foreignServices.get(key);
  }

  /** Reads an object again from the API server, past the watch. */
  async refresh(kind: Kind, namespace: string, name: string): Promise<void> {
    const object = await this.#client.find(pathOf(kind, namespace, name));
    if (object !== undefined) this.put(object);
  }
}

const own = (object: KubeObject): string[] => [keyOf(object)];

/** Of what has the Deployment's name, or that with the canary's suffix. */
function stem(object: KubeObject): string[] {
  const key = keyOf(object);
  return [key.endsWith(CANARY_SUFFIX) ? key.slice(0, -CANARY_SUFFIX.length) : key];
}
