import { checkOf } from '../../analysis/check.ts';
import type { Prometheus } from '../../analysis/prometheus.ts';
import type { QueryTarget } from '../../analysis/queries.ts';
import { KINDS } from '../../cluster/kinds.ts';
import { type Deployment, type KubeObject, keyOf } from '../../rollout/kube.ts';
import type { Canary } from '../../rollout/machine/canary.ts';
import { readCommand } from '../../rollout/machine/command-annotation.ts';
import type { CheckResult, Observation } from '../../rollout/machine/observation.ts';
import {
  type DueCheck,
  doubtfulReads,
  dueChecks,
  isNewRevision,
  needsEndpoints,
  needsFreshRead,
  needsPods,
  needsReplicaSets,
} from '../../rollout/machine/observation-needs.ts';
import type { RolloutState } from '../../rollout/machine/state.ts';
import { canaryServiceAmong, serviceHosts, type TrafficWish, trafficWish } from '../../rollout/machine/traffic.ts';
import { canaryName } from '../../rollout/names.ts';
import { namespacesElsewhere } from '../../rollout/spec/route-choice.ts';
import type { RolloutSpec } from '../../rollout/spec/spec-types.ts';
import { appServiceOf, type ServiceSearch } from '../../rollout/workload/app-service.ts';
import { readHold } from '../../rollout/workload/hold.ts';
import { takenBy } from '../../rollout/workload/taken-names.ts';
import { revisionOf } from '../../rollout/workload/template.ts';
import type { TrafficProvider } from '../../traffic/provider.ts';
import type { World } from '../world/world.ts';

export interface ObserveInput {
  key: string;
  spec: RolloutSpec;
  state: RolloutState | undefined;
  record: Canary;
  label: string;
  now: number;
  scrapeMs: number;
}

type LookedAt = Omit<Observation, 'checks'>;

export interface ObserverOptions {
  world: World;
  provider: TrafficProvider;
  clusterDomain: string;
  prometheus: Pick<Prometheus, 'query'>;
  /** Is told the verdict of each check that was made. */
  onCheck: (verdict: CheckResult['verdict']) => void;
}

/** Everything that a decision may use, at one point in time. Reads only. */
export class Observer {
  readonly #world: World;
  readonly #provider: TrafficProvider;
  readonly #clusterDomain: string;
  readonly #prometheus: Pick<Prometheus, 'query'>;
  readonly #onCheck: ObserverOptions['onCheck'];

  constructor({ world, provider, clusterDomain, prometheus, onCheck }: ObserverOptions) {
    this.#world = world;
    this.#provider = provider;
    this.#clusterDomain = clusterDomain;
    this.#prometheus = prometheus;
    this.#onCheck = onCheck;
  }

  /** Undefined when the Deployment is gone. */
  async observe(input: ObserveInput): Promise<Observation | undefined> {
    const first = await this.#look(input);
    if (first === undefined) return undefined;
    const doubtful = doubtfulReads(input.state, first);
    const seen = doubtful.length > 0 ? await this.#lookAgain(input, first, doubtful) : first;
    return seen && { ...seen, ...(await this.#readMore(input, seen)) };
  }

  /** What is read only at a moment that needs it. */
  async #readMore(input: ObserveInput, seen: LookedAt): Promise<Partial<Observation>> {
    const { key, spec, state } = input;
    const { hold, revision, deployment, canary } = seen;
    const { policies: known, canaryPods } = this.#world;
    const wanted = dueChecks(spec, state, input);
    const isNew = isNewRevision(hold.state === 'held', revision, state);
    if (!isNew) known.forget(key);
    const [checks, pods, policies] = await Promise.all([
      wanted && this.#check(targetOf(this.#wishOf(input, seen), seen.hosts), wanted),
      canary && needsPods(state, seen) ? canaryPods.of(canary) : undefined,
      isNew ? known.of(deployment, revision) : undefined,
    ]);
    return { ...(checks && { checks }), ...(pods && { pods }), ...(policies && { policies }) };
  }

  async #look(input: ObserveInput): Promise<LookedAt | undefined> {
    const { key, state, record, label } = input;
    const world = this.#world;
    const deployment = world.enrolled.get(key);
    if (deployment === undefined) return undefined;
    const hold = readHold(deployment);
    const revision = revisionOf(deployment.spec.template);
    const underWay = needsReplicaSets(hold.state === 'held', state);
    const closed = await this.#holdNamespaces(input, deployment, underWay);
    const sets = underWay ? world.replicaSets.of(deployment, label) : undefined;
    const isNew = isNewRevision(hold.state === 'held', revision, state);
    const { named, ...services } = await this.#services(input, deployment);
    const wish = this.#wishOf(input, { deployment, ...services, closed });
    const [replicaSets, endpoints, objects, names] = await Promise.all([
      sets,
      this.#endpoints(key, state, wish),
      world.traffic.of(wish),
      this.#names(input, deployment, isNew),
    ]);
    const traffic = this.#provider.read(objects, wish);
    if (!underWay) await this.#leave(input, { service: services.service, ...traffic });
    const canary = world.canaryOf(deployment);
    const budget = world.canaryPods.budgetFor(deployment);
    const command = readCommand(record.metadata.annotations);
    const taken = [...named, ...names, ...takenBy(traffic.prerequisites, objects)];
    return {
      deployment,
      hold,
      revision,
      endpoints,
      closed,
      ...services,
      ...(command && { command }),
      ...(replicaSets && { replicaSets }),
      ...(canary && { canary }),
      ...(taken.length > 0 && { taken }),
      ...(budget && { budget }),
      ...traffic,
    };
  }

  /** Watches what a release needs to see. The namespaces of routes where Headgate may change nothing, with the reason. */
  async #holdNamespaces({ key, spec }: ObserveInput, { metadata }: Deployment, underWay: boolean) {
    const elsewhere = namespacesElsewhere(spec.service.routes, metadata.namespace);
    const closed = await this.#world.routeRights.closed(elsewhere);
    const open = elsewhere.filter((namespace) => !closed.has(namespace));
    if (underWay) this.#world.watchNamespaces(key, open);
    return closed;
  }

  /** Without a release nothing of its namespace is watched. */
  async #leave({ key, spec }: ObserveInput, seen: Pick<Observation, 'service' | 'obstacle' | 'route'>): Promise<void> {
    const { replicaSets, traffic } = this.#world;
    await Promise.all([replicaSets.forget(key), this.#world.leaveNamespaces(key)]);
    if (needsFreshRead(spec, seen)) traffic.forget(key);
  }

  /** Deployments of others under the canary's name. */
  #names({ state, now }: ObserveInput, deployment: Deployment, isNew: boolean): Promise<KubeObject[]> {
    const { taken } = this.#world;
    return taken.of(deployment, isNew || taken.isDoubtful(deployment, state, now) ? now : undefined);
  }

  #wishOf({ spec, label }: ObserveInput, seen: Pick<LookedAt, 'deployment' | 'service' | 'canaryService' | 'closed'>) {
    return trafficWish({ ...seen, label, spec: spec.service, clusterDomain: this.#clusterDomain });
  }

  /** Which Service clients use, the canary's, and what has that one's name and is none. */
  async #services({ key, spec, label }: ObserveInput, deployment: Deployment) {
    const services = await this.#world.servicesAround(key);
    const { name } = spec.service;
    const service = await this.#serviceOf(deployment, { label, name, services });
    const { canary: host } = serviceHosts(deployment, spec.service, service);
    return { service, ...canaryServiceAmong(deployment, { services, host, label }) };
  }

  /** Other Deployments are only looked at where the Service has another name: it may be theirs too. */
  async #serviceOf(deployment: Deployment, search: Pick<ServiceSearch, 'label' | 'name' | 'services'>) {
    const found = appServiceOf({ deployment, neighbours: [], ...search });
    const isNamed = search.name !== undefined || found.is !== 'found';
    if (isNamed || found.service.metadata.name === deployment.metadata.name) return found;
    const neighbours = await this.#world.neighbours.labelsOf(keyOf(deployment));
    return appServiceOf({ deployment, neighbours, ...search });
  }

  async #endpoints(key: string, state: RolloutState | undefined, { hosts }: TrafficWish): Promise<string[]> {
    const { endpoints } = this.#world;
    if (needsEndpoints(state)) return endpoints.of(key, hosts.canary);
    await endpoints.forget(key);
    return [];
  }

  async #lookAgain(input: ObserveInput, seen: LookedAt, doubtful: ReturnType<typeof doubtfulReads>) {
    const { namespace = '', name } = seen.deployment.metadata;
    const reads = {
      deployment: () => this.#world.refresh(KINDS.deployments, namespace, name),
      canary: () => this.#world.refresh(KINDS.deployments, namespace, canaryName(name)),
      route: () => this.#world.traffic.refresh(this.#wishOf(input, seen)),
    };
    await Promise.all(doubtful.map((what) => reads[what]()));
    return this.#look(input);
  }

  #check(target: QueryTarget, wanted: readonly DueCheck[]): Promise<CheckResult[]> {
    return Promise.all(
      wanted.map(async (due) => {
        const result = await checkOf(due, target, (query) => this.#prometheus.query(query));
        this.#onCheck(result.verdict);
        return result;
      }),
    );
  }
}

/** By which names the app's requests are found in the metrics. */
function targetOf({ deployment, hosts, service }: TrafficWish, others: readonly string[] = []): QueryTarget {
  const { namespace = '', name } = deployment.metadata;
  const workloads = { stable: name, canary: canaryName(name) };
  return { namespace, workloads, services: hosts, hosts: [...service.hosts, ...others] };
}
