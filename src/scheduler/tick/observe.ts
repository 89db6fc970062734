import type { Prometheus } from '../../analysis/prometheus.ts';
import { queryOf } from '../../analysis/queries.ts';
import { checkResultOf } from '../../analysis/verdict.ts';
import { KINDS } from '../../cluster/kinds.ts';
import type { Deployment, Service } from '../../rollout/kube.ts';
import type { Canary } from '../../rollout/machine/canary.ts';
import { readCommand } from '../../rollout/machine/command-annotation.ts';
import type { CheckResult, Observation } from '../../rollout/machine/observation.ts';
import {
  type DueCheck,
  doubtfulReads,
  dueChecks,
  needsEndpoints,
  needsReplicaSets,
} from '../../rollout/machine/observation-needs.ts';
import type { RolloutState } from '../../rollout/machine/state.ts';
import { canaryName } from '../../rollout/names.ts';
import type { RolloutSpec } from '../../rollout/spec/spec-types.ts';
import { readHold } from '../../rollout/workload/hold.ts';
import { takenBy } from '../../rollout/workload/taken-names.ts';
import { revisionOf } from '../../rollout/workload/template.ts';
import type { TrafficProvider } from '../../traffic/provider.ts';
import { type World } from '../world/world.ts';

export interface ObserveInput {
  key: string;
  spec: RolloutSpec;
  state: RolloutState | undefined;
  record: Canary;
  label: string;
  now: number;
}

export interface ObserverOptions {
  world: World;
  provider: TrafficProvider;
  prometheus: Pick<Prometheus, 'query'>;
  /** Is told the verdict of each check that was made. */
  onCheck: (verdict: CheckResult['verdict']) => void;
}

/** Everything that a decision may use, at one point in time. Reads only. */
export class Observer {
  readonly #world: World;
  readonly #provider: TrafficProvider;
  readonly #prometheus: Pick<Prometheus, 'query'>;
  readonly #onCheck: ObserverOptions['onCheck'];

  constructor({ world, provider, prometheus, onCheck }: ObserverOptions) {
    this.#world = world;
    this.#provider = provider;
    this.#prometheus = prometheus;
    this.#onCheck = onCheck;
  }

  /** Undefined when the Deployment is gone. */
  async observe(input: ObserveInput): Promise<Observation | undefined> {
    const first = await this.#look(input);
    if (first === undefined) return undefined;
    const doubtful = doubtfulReads(input.state, first);
    const seen = doubtful.length > 0 ? await this.#lookAgain(input, first.deployment, doubtful) : first;
    const wanted = seen && dueChecks(input.spec, input.state, input.now);
    return wanted ? { ...seen, checks: await this.#check(seen.deployment, wanted) } : seen;
  }

  async #look(input: ObserveInput): Promise<Omit<Observation, 'checks'> | undefined> {
    const { key, spec, state, record, label, now } = input;
    const world = this.#world;
    const deployment = world.enrolled.get(key);
    if (deployment === undefined) return undefined;
    const { namespace = '', name } = deployment.metadata;
    const hold = readHold(deployment);
    const revision = revisionOf(deployment.spec.template);
    const fresh = hold.state === 'held' && state?.release?.revision !== revision;
    const sets = needsReplicaSets(hold.state === 'held', state) ? world.replicaSets(deployment, label) : undefined;
    const looks = fresh || world.taken.isDoubtful(deployment, label, state, now);
    const [replicaSets, endpoints, stable, objects, names] = await Promise.all([
      sets,
      this.#endpoints(key, state),
      world.service(namespace, name, fresh),
      world.traffic.of(deployment, looks),
      world.taken.of(deployment, label, looks ? now : undefined),
    ]);
    if (sets === undefined) await world.forgetSets(key);
    const canary = world.canaryOf(deployment);
    const command = readCommand(record.metadata.annotations);
    const traffic = this.#provider.read(objects, { deployment, service: spec.service });
    const taken = [...names.taken, ...takenBy(traffic.prerequisites, objects)];
    return {
      deployment,
      hold,
      revision,
      endpoints,
      services: servicesOf(stable, world.canaryServiceOf(deployment), names.service),
      ...(command && { command }),
      ...(replicaSets && { replicaSets }),
      ...(canary && { canary }),
      ...(taken.length > 0 && { taken }),
      ...traffic,
    };
  }

  async #endpoints(key: string, state: RolloutState | undefined): Promise<string[]> {
    const { endpoints } = this.#world;
    if (needsEndpoints(state)) return endpoints.of(key);
    await endpoints.forget(key);
    return [];
  }

  async #lookAgain(input: ObserveInput, deployment: Deployment, doubtful: ReturnType<typeof doubtfulReads>) {
    const { namespace = '', name } = deployment.metadata;
    const reads = {
      deployment: () => this.#world.refresh(KINDS.deployments, namespace, name),
      canary: () => this.#world.refresh(KINDS.deployments, namespace, canaryName(name)),
      route: () => this.#world.traffic.refresh(deployment),
    };
    await Promise.all(doubtful.map((what) => reads[what]()));
    return this.#look(input);
  }

  #check({ metadata }: Deployment, wanted: readonly DueCheck[]): Promise<CheckResult[]> {
    const target = { namespace: metadata.namespace ?? '', name: metadata.name };
    return Promise.all(
      wanted.map(async ({ metric, windowMs }) => {
        const result = checkResultOf(metric, await this.#prometheus.query(queryOf(metric, target, windowMs)));
        this.#onCheck(result.verdict);
        return result;
      }),
    );
  }
}

/** A Service that a user wrote for the canary is as good as Headgate's own. */
const servicesOf = (
  stable: Service | undefined,
  own: Service | undefined,
  written: Service | undefined,
): Observation['services'] => {
  const canary = own ?? written;
  return { ...(stable && { stable }), ...(canary && { canary }) };
};
