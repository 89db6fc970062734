import type { KubeClient } from '../../cluster/client.ts';
import { KINDS, pathOf } from '../../cluster/kinds.ts';
import { Store } from '../../cluster/store.ts';
import { ENROLLED, ROLE } from '../../rollout/keys.ts';
import { type Deployment, type KubeObject, keyIn, type ReplicaSet, type Service } from '../../rollout/kube.ts';
import type { Canary } from '../../rollout/machine/canary.ts';
import { canaryName } from '../../rollout/names.ts';
import type { Kind } from '../../rollout/object-change.ts';
import { isMadeFor } from '../../rollout/workload/taken-names.ts';
import { annotatedHosts } from '../tick/host-claims.ts';
import { Autoscalers } from './autoscalers.ts';
import { CanaryPods } from './canary-pods.ts';
import { ConfigContents } from './config/config-contents.ts';
import { BY_REFERENCE, ConfigObjects } from './config/config-objects.ts';
import { Endpoints } from './endpoints.ts';
import { closeIdleWatches } from './idle-watches.ts';
import { NamespaceView } from './namespace-view.ts';
import { NamespaceWatches } from './namespace-watches.ts';
import { NeighbourLabels } from './neighbour-labels.ts';
import { isNews } from './news.ts';
import { Policies } from './policies.ts';
import { Records } from './records.ts';
import { ReplicaSetWatches } from './replica-set-watches.ts';
import { RestatedTemplates } from './restated-templates.ts';
import { RouteRights } from './route-rights.ts';
import { SharedTemplates } from './shared-templates.ts';
import { StablePods } from './stable-pods.ts';
import { TakenNames } from './taken-names.ts';
import { ownKey, stemKey } from './target-keys.ts';
import { TrafficView } from './traffic.ts';
import type { Watch } from './watch.ts';
import { hooksFor } from './watch-hooks.ts';
import type { WorldOptions } from './world-options.ts';

/**
 * What the scheduler sees of the cluster: watches that are narrow (by Headgate's labels), so that their cost grows with the
 * enrolled Deployments and not with the cluster, and one on the ReplicaSets of each held Deployment while it is held.
 */
export class World {
  readonly #client: KubeClient;
  readonly #options: WorldOptions;
  readonly #namespaceWatches: NamespaceWatches;
  readonly #namespaces: NamespaceView;
  readonly enrolled: Store<Deployment>;
  readonly canaries: Store<Deployment>;
  readonly services: Store<Service>;
  readonly endpoints: Endpoints;
  readonly traffic: TrafficView;
  readonly routeRights: RouteRights;
  readonly records: Records;
  readonly neighbours: NeighbourLabels;
  readonly taken: TakenNames;
  readonly replicaSets: ReplicaSetWatches;
  readonly policies: Policies;
  readonly restated: RestatedTemplates;
  readonly canaryPods: CanaryPods;
  readonly stablePods: StablePods;
  readonly config: ConfigObjects;
  readonly autoscalers: Autoscalers;

  constructor(options: WorldOptions) {
    this.#options = options;
    this.#client = options.client;
    this.#namespaceWatches = new NamespaceWatches(options);
    const { client, provider, onChange, onError } = options;
    const templates = new SharedTemplates(this);
    this.enrolled = this.#watch<Deployment>({
      kind: KINDS.deployments,
      isEssential: true,
      labelSelector: ENROLLED,
      index: { host: annotatedHosts, ...BY_REFERENCE },
      keep: templates.keepDeployment,
      toKeys: ownKey,
    });
    this.canaries = this.#watch<Deployment>({
      kind: KINDS.deployments,
      isEssential: true,
      labelSelector: `${ROLE}=canary`,
      keep: templates.keepCanary,
      toKeys: stemKey,
    });
    this.services = this.#watch<Service>({
      kind: KINDS.services,
      labelSelector: `${ROLE}=service`,
      toKeys: stemKey,
      index: { namespace: ({ metadata }) => [metadata.namespace ?? ''] },
    });
    const watching = {
      watch: <T extends KubeObject>(wanted: Watch<T>) => this.#watch(wanted),
      expectCurrent: (key: string, kind: Kind) => this.expectCurrent(key, kind),
    };
    this.endpoints = new Endpoints({
      client,
      ...watching,
      onChange,
      hooks: hooksFor(options, KINDS.endpointslices),
      isOwn: (service) => this.services.get(service) !== undefined,
    });
    const sources = provider.sources.filter(({ others }) => others === 'namespace');
    const kinds = [{ kind: KINDS.services, ownOnly: true }, ...sources];
    this.#namespaces = new NamespaceView({ client, kinds, hooks: (kind) => hooksFor(options, kind), onChange });
    this.traffic = new TrafficView({ client, provider, ...watching, namespaces: this.#namespaces });
    this.routeRights = new RouteRights(options);
    this.neighbours = new NeighbourLabels(client);
    this.restated = new RestatedTemplates(client);
    this.policies = new Policies({ provider, ...watching });
    this.canaryPods = new CanaryPods({ client, ...watching, canaries: this.canaries });
    this.stablePods = new StablePods(client, this.enrolled);
    this.config = new ConfigObjects({
      kinds: options.trackedConfig,
      contents: new ConfigContents(client, options.configKey.get),
      enrolled: this.enrolled,
      ...watching,
    });
    this.autoscalers = new Autoscalers(client);
    this.records = new Records(onChange, { keep: templates.keepRecord, ...(onError && { onError }) });
    this.#open({ kind: KINDS.canaries, isEssential: true }, this.records.store);
    this.taken = new TakenNames({ client, watched: (key) => this.canaries.get(key) });
    const sets = { client, hooks: hooksFor(options, KINDS.replicasets), keep: templates.keepReplicaSet, onChange };
    this.replicaSets = new ReplicaSetWatches({ ...sets, enrolled: this.enrolled });
    closeIdleWatches({
      enrolled: this.enrolled,
      records: this.records,
      forget: (key) => this.forget(key),
      close: (key) => this.#closeWatches(key),
      closeEndpoints: (key) => this.endpoints.forget(key),
    });
  }

  /** How many watches are open for releases that are under way. */
  get releaseWatches(): number {
    return this.replicaSets.size + this.endpoints.size + this.#namespaces.size;
  }

  async #closeWatches(key: string): Promise<void> {
    await Promise.all([this.replicaSets.forget(key), this.endpoints.forget(key), this.leaveNamespaces(key)]);
    this.#options.onClosed?.();
  }

  /** A change that this process wrote or read itself wakes nobody: its tick looks again anyway. */
  #watch<T extends KubeObject>({ toKeys, index, keep, ...wanted }: Watch<T>): Store<T> {
    const { onChange, onError } = this.#options;
    const reading = { ...(index && { indexes: index }), ...(keep && { keep }), ...(onError && { onError }) };
    const store = new Store<T>({ filtered: true, ...reading });
    store.onChange((event) => {
      if (event.source !== 'watch' || !isNews(event, wanted)) return;
      for (const key of toKeys(event.object)) {
        // It may be there without the label: somebody's own by now.
        if (event.type === 'deleted') this.#namespaces.forget(key, wanted.kind);
        onChange(key);
      }
    });
    this.#open(wanted, store);
    return store;
  }

  #open<T extends KubeObject>(wanted: Omit<Watch<T>, 'toKeys' | 'index' | 'keep'>, store: Store<T>) {
    const { isEssential = false, optional, mayBeForbidden = false, ...watch } = wanted;
    const options = {
      ...watch,
      ...(optional && { optional: true as const }),
      ...hooksFor(this.#options, watch.kind, mayBeForbidden),
    };
    this.#namespaceWatches.open<T>({ client: this.#client, store, ...options }, isEssential);
  }

  /** Resolves when the watches have delivered what there is, wherever Headgate may look. */
  start(): Promise<void> {
    return this.#namespaceWatches.start();
  }

  async stop(): Promise<void> {
    const watching = [this.#namespaceWatches, this.replicaSets, this.endpoints, this.#namespaces];
    await Promise.all(watching.map((part) => part.stop()));
  }

  /**
   * Resolves once what is always watched of a kind is up to date, in the namespace of a Deployment.
   * @throws what keeps it from being so
   */
  expectCurrent(key: string, kind: Kind): Promise<void> {
    return this.#namespaceWatches.expectCurrent(key, kind);
  }

  /** Whether the Deployments and their records have been read. */
  isFilled(key: string): boolean {
    return this.#namespaceWatches.isFilled(key);
  }

  /** Takes the answer of a write, so that the next look sees it; whoever wrote looks again without being woken. */
  put(object: KubeObject): void {
    const { labels } = object.metadata;
    if (object.kind === 'ReplicaSet') this.replicaSets.put(object as ReplicaSet);
    else if (object.kind === 'Canary') this.records.put(object as Canary);
    else if (object.kind === 'PodDisruptionBudget') this.canaryPods.put(object);
    else if (object.kind === 'Service') this.#putService(object as Service);
    else if (object.kind === 'Deployment' && labels?.[ROLE] === 'canary')
      this.canaries.put(object as Deployment, 'write');
    else if (object.kind === 'Deployment' && labels?.[ENROLLED] !== undefined)
      this.enrolled.put(object as Deployment, 'write');
  }

  #putService(service: Service): void {
    this.#namespaces.put(service, 'write');
    if (service.metadata.labels?.[ROLE] === 'service') this.services.put(service, 'write');
  }

  /** The Deployment is gone, or Headgate off it: nothing is kept for it. */
  async forget(key: string): Promise<void> {
    await this.#closeWatches(key);
    for (const part of [this.traffic, this.taken, this.autoscalers, this.restated, this.neighbours]) part.forget(key);
    this.#options.onForgotten?.(key);
  }

  canaryOf(deployment: Deployment): Deployment | undefined {
    const { namespace, name } = deployment.metadata;
    const found = this.canaries.get(keyIn(namespace, canaryName(name)));
    return found && isMadeFor(found, deployment) ? found : undefined;
  }

  /**
   * Watches what users have in a Deployment's namespace, and in others where its routes are, for as long as a release is under
   * way. What was read before is old.
   */
  watchNamespaces(key: string, elsewhere: readonly string[]): void {
    if (!this.#namespaces.hold(key, elsewhere)) return;
    this.traffic.forget(key);
    this.neighbours.forget(key);
  }

  async leaveNamespaces(key: string): Promise<void> {
    await this.#namespaces.release(key);
  }

  /** All Services in the namespace of a Deployment. @throws KubeError */
  async servicesAround(key: string): Promise<Service[]> {
    await this.expectCurrent(key, KINDS.services);
    const listed = await this.#namespaces.list<Service>(key, KINDS.services);
    // Headgate's own are always watched: what was read before may have gone.
    const isOwn = ({ metadata }: Service) => metadata.labels?.[ROLE] === 'service';
    const [namespace = ''] = key.split('/');
    return [...listed.filter((service) => !isOwn(service)), ...this.services.by('namespace', namespace)];
  }

  /** Reads an object again from the API server, past the watch. */
  async refresh(kind: Kind, namespace: string, name: string): Promise<void> {
    const object = await this.#client.find(pathOf(kind, namespace, name));
    if (object !== undefined) this.put(object);
  }
}
