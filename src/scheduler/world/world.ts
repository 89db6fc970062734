import type { KubeClient } from '../../cluster/client.ts';
import type { EndReason } from '../../cluster/ending.ts';
import { KINDS, type Kind, pathOf } from '../../cluster/kinds.ts';
import type { Namespaces } from '../../cluster/namespaces.ts';
import type { Reflector } from '../../cluster/reflector.ts';
import type { ReflectorHooks, Scope } from '../../cluster/reflector-options.ts';
import { Store } from '../../cluster/store.ts';
import { WatchScopes } from '../../cluster/watch-scope.ts';
import { CANARY_SUFFIX, ENROLLED, ROLE } from '../../rollout/keys.ts';
import {
  type Deployment,
  type DestinationRule,
  type KubeObject,
  keyIn,
  keyOf,
  type ReplicaSet,
  type Service,
} from '../../rollout/kube.ts';
import type { Canary } from '../../rollout/machine/canary.ts';
import { canaryName } from '../../rollout/names.ts';
import type { VirtualService } from '../../traffic/istio.ts';
import { Areas } from './areas.ts';
import { AsAsked } from './as-asked.ts';
import { Endpoints } from './endpoints.ts';
import { narrowWatch } from './narrow-watch.ts';
import { Records } from './records.ts';
import { Rules } from './rules.ts';

/** Needed only by apps that ask for it: a cluster without it must not keep the scheduler from starting. */
const OPTIONAL: Kind = KINDS.destinationrules;

export interface WorldOptions {
  client: KubeClient;
  namespaces: Namespaces;
  /** Something changed about the Deployment of this key. */
  onChange: (key: string) => void;
  onError?: (error: unknown) => void;
  /** A watch of the resource (`deployments`) ended and is opened again. */
  onRestart?: (resource: string, reason: EndReason) => void;
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
  readonly #areas: Areas;
  readonly #sets: WatchScopes<ReplicaSet>;
  /** Held keys, and the scope that is watched for them. */
  readonly #scopes = new Map<string, string>();
  readonly #foreignServices = new Map<string, Service | undefined>();
  /** While a tick tells of what it wrote or read itself: it looks again anyway, and nobody has to wake it. */
  #isTold = false;
  readonly enrolled: Store<Deployment>;
  readonly canaries: Store<Deployment>;
  readonly services: Store<Service>;
  readonly endpoints: Endpoints;
  readonly routes: Store<VirtualService>;
  readonly ownRules: Store<DestinationRule>;
  readonly rules: Rules;
  readonly asAsked = new AsAsked();
  readonly records: Records;

  constructor(options: WorldOptions) {
    this.#options = options;
    this.#client = options.client;
    this.#areas = new Areas(options.namespaces);
    const own = (key: string) => key;
    const withoutSuffix = (key: string) => (key.endsWith(CANARY_SUFFIX) ? key.slice(0, -CANARY_SUFFIX.length) : key);
    this.enrolled = this.#watch<Deployment>(KINDS.deployments, ENROLLED, own);
    this.canaries = this.#watch<Deployment>(KINDS.deployments, `${ROLE}=canary`, withoutSuffix);
    this.services = this.#watch<Service>(KINDS.services, `${ROLE}=service`, withoutSuffix);
    const hooks = this.#hooks(KINDS.endpointslices);
    this.endpoints = new Endpoints({ client: options.client, hooks, onChange: options.onChange });
    this.routes = this.#watch<VirtualService>(KINDS.virtualservices, ROLE, own);
    this.ownRules = this.#watch<DestinationRule>(KINDS.destinationrules, `${ROLE}=destination-rule`, withoutSuffix);
    this.rules = new Rules({ client: options.client, store: this.ownRules, asAsked: this.asAsked });
    this.records = new Records((key) => this.#isTold || options.onChange(key), options.onError);
    this.#open(KINDS.canaries, this.records.store);
    this.#sets = new WatchScopes((key, scope) => this.#openSets(key, scope));
  }

  #watch<T extends KubeObject>(
    kind: Kind,
    labelSelector: string | undefined,
    toKey: (key: string, object: T) => string,
  ): Store<T> {
    const { onChange, onError } = this.#options;
    const store = new Store<T>({ filtered: labelSelector !== undefined, ...(onError && { onError }) });
    store.onChange(({ type, key, object }) => {
      if (type === 'deleted') this.asAsked.forget(object);
      if (!this.#isTold) onChange(toKey(key, object));
    });
    this.#open(kind, store, labelSelector);
    return store;
  }

  #open<T extends KubeObject>(kind: Kind, store: Store<T>, labelSelector?: string): void {
    const selector = labelSelector === undefined ? {} : { labelSelector };
    const optional = kind === OPTIONAL ? { optional: true as const } : {};
    this.#areas.open<T>({ client: this.#client, store, kind, ...selector, ...optional, ...this.#hooks(kind) });
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
    const onChange = (): void => {
      if (!this.#isTold) this.#options.onChange(key);
    };
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
    this.#isTold = true;
    try {
      this.#take(object);
    } finally {
      this.#isTold = false;
    }
  }

  #take(object: KubeObject): void {
    const { labels } = object.metadata;
    if (object.kind === 'ReplicaSet') this.#setsOf(object as ReplicaSet)?.put(object as ReplicaSet);
    else if (object.kind === 'Canary') this.records.put(object as Canary);
    else if (object.kind === 'VirtualService') this.routes.put(object as VirtualService);
    else if (object.kind === 'DestinationRule') this.ownRules.put(object as DestinationRule);
    else if (object.kind === 'Service') this.#putService(object as Service, keyOf(object));
    else if (object.kind === 'Deployment' && labels?.[ROLE] === 'canary') this.canaries.put(object as Deployment);
    else if (object.kind === 'Deployment' && labels?.[ENROLLED] !== undefined) this.enrolled.put(object as Deployment);
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
    if (service.metadata.labels?.[ROLE] === 'service') this.services.put(service);
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
    this.rules.forget(key);
    await Promise.all([this.forgetSets(key), this.endpoints.forget(key)]);
  }

  async forgetSets(key: string): Promise<void> {
    const scopeKey = this.#scopes.get(key);
    if (scopeKey === undefined) return;
    this.#scopes.delete(key);
    await this.#sets.release(scopeKey);
  }

  canaryOf({ metadata }: Deployment): Deployment | undefined {
    return this.canaries.get(keyIn(metadata.namespace, canaryName(metadata.name)));
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

  /** The VirtualService of the Deployment's name: watched once it carries Headgate's label, read until then. */
  async route({ metadata }: Deployment): Promise<VirtualService | undefined> {
    const { namespace = '', name } = metadata;
    const own = this.routes.get(keyOf({ metadata }));
    return own ? this.asAsked.of(own) : this.#client.find(pathOf(KINDS.virtualservices, namespace, name));
  }

  /** Reads an object again from the API server, past the watch. */
  async refresh(kind: Kind, namespace: string, name: string): Promise<void> {
    const object = await this.#client.find(pathOf(kind, namespace, name));
    if (object !== undefined) this.put(object);
  }
}
