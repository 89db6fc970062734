import { KINDS } from '../../cluster/kinds.ts';
import type { Deployment, KubeObject } from '../../rollout/kube.ts';
import type { Canary } from '../../rollout/machine/canary.ts';
import { roundsSince } from '../../rollout/machine/check-window.ts';
import { readCommand } from '../../rollout/machine/commands/command-annotation.ts';
import type { Observation } from '../../rollout/machine/observation.ts';
import {
  type DoubtfulRead,
  doubtfulReads,
  dueChecks,
  isNewRevision,
  needsEndpoints,
  needsFreshRead,
  needsReplicaSets,
  needsRestating,
} from '../../rollout/machine/observation-needs.ts';
import type { Source } from '../../rollout/machine/sources.ts';
import { ms, ROLLING_OUT, type RolloutState } from '../../rollout/machine/state.ts';
import { type TrafficWish, trafficWish } from '../../rollout/machine/traffic.ts';
import { canaryName } from '../../rollout/names.ts';
import { namespacesElsewhere } from '../../rollout/spec/route-choice.ts';
import type { RolloutSpec } from '../../rollout/spec/spec-types.ts';
import { readHold } from '../../rollout/workload/hold.ts';
import { takenBy } from '../../rollout/workload/taken-names.ts';
import { revisionOf } from '../../rollout/workload/template.ts';
import type { TrafficProvider } from '../../traffic/provider.ts';
import { readConfig } from '../world/config/read-config.ts';
import { readPods } from '../world/read-pods.ts';
import type { World } from '../world/world.ts';
import { CheckRounds, type CheckRoundsOptions, type RoundInput } from './check-rounds.ts';
import { findServices } from './find-services.ts';
import { readAutoscaler } from './read-autoscaler.ts';
import { routeFence } from './route-fence.ts';
import { type ObservationReads, type Question, SourceReads, valueOf } from './source-reads.ts';

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

export interface ObserverOptions extends CheckRoundsOptions {
  world: World;
  provider: TrafficProvider;
  clusterDomain: string;
}

/**
 * Everything that a decision may use, at one point in time. Nothing is written; watches are opened and closed as it is needed. Each source answers within the deadline that all have
 * together, or is unknown; the Deployment, its record, and what carries Headgate's label is always at hand, by watches.
 */
export class Observer {
  /** For whoever reads the same sources. */
  readonly reads: SourceReads;
  readonly #world: World;
  readonly #provider: TrafficProvider;
  readonly #clusterDomain: string;
  readonly #rounds: CheckRounds;

  constructor(options: ObserverOptions) {
    this.#world = options.world;
    this.#provider = options.provider;
    this.#clusterDomain = options.clusterDomain;
    this.reads = new SourceReads(options.onAnswer);
    this.#rounds = new CheckRounds(options);
  }

  /** Undefined when the Deployment is gone. */
  async observe(input: ObserveInput): Promise<Observation | undefined> {
    const reading = this.reads.begin(input.key);
    const first = await this.#look(input, reading);
    if (first === undefined) return undefined;
    const doubtful = doubtfulReads(input.state, first);
    const seen = doubtful.length > 0 ? await this.#lookAgain(input, { first, doubtful, reading }) : first;
    if (seen === undefined) return undefined;
    const more = await this.#readMore(input, seen, reading);
    const { unknown } = reading;
    return { ...seen, ...more, ...(unknown.length > 0 && { unknown }) };
  }

  /** The Deployment is not followed any more. */
  forget(key: string): void {
    this.#rounds.forget(key);
  }

  /** What is read only at a moment that needs it. */
  async #readMore(input: ObserveInput, seen: LookedAt, reading: ObservationReads): Promise<Partial<Observation>> {
    const { key, spec, state } = input;
    const { hold, revision, deployment } = seen;
    const { restated } = this.#world;
    const due = dueChecks(spec, state, input);
    if (due === undefined) this.#rounds.forget(key);
    const isNew = isNewRevision(hold.state === 'held', revision, state);
    const { stable } = state ?? {};
    const isRestated = stable !== undefined && needsRestating(state, seen);
    if (!isRestated) restated.forget(key);
    const [checks, pods, policies, template, autoscaler] = await Promise.all([
      due && this.#rounds.of(this.#roundOf(input, seen, { due, waitMs: reading.leftMs })),
      readPods(this.#world, seen, input, (about, read) => reading.read({ source: 'pods', about }, read)),
      isNew ? valueOf(reading, 'policies', () => this.#world.policies.of(deployment)) : undefined,
      isRestated ? reading.read(restatedFor(seen), () => restated.of(deployment, stable)) : undefined,
      readAutoscaler(this.#world, seen, { spec, state, isNew }, reading),
    ]);
    return present<Observation>({
      checks,
      ...pods,
      policies,
      autoscaler,
      restated: template?.known ? template.value : undefined,
    });
  }

  #roundOf(input: ObserveInput, seen: LookedAt, round: Pick<RoundInput, 'due' | 'waitMs'>): RoundInput {
    return { ...round, id: roundId(input), wish: this.#wishOf(input, seen), hosts: seen.hosts };
  }

  async #look(input: ObserveInput, reading: ObservationReads): Promise<LookedAt | undefined> {
    const { key, state, record, label } = input;
    const world = this.#world;
    const deployment = world.enrolled.get(key);
    if (deployment === undefined) return undefined;
    const hold = readHold(deployment);
    const revision = revisionOf(deployment.spec.template);
    const underWay = needsReplicaSets(hold.state === 'held', state);
    const closed = await this.#holdNamespaces(input, { deployment, underWay, reading });
    const sets = underWay ? valueOf(reading, 'replicaSets', () => world.replicaSets.of(deployment, label)) : undefined;
    const isNew = isNewRevision(hold.state === 'held', revision, state);
    const { named, ...services } = await findServices(world, { ...input, deployment, reading });
    const wish = this.#wishOf(input, { deployment, ...services, closed });
    const [replicaSets, endpoints, objects, names] = await Promise.all([
      sets,
      valueOf(reading, 'endpoints', () => this.#endpoints(key, state, wish)),
      world.traffic.of(wish, reading.readPart),
      valueOf(reading, 'names', () => this.#names(input, deployment, isNew)),
    ]);
    const traffic = this.#provider.read(objects, wish);
    const fence = routeFence(this.#provider, objects, wish);
    if (!underWay) await this.#leave(input, { service: services.service, ...traffic });
    const canary = world.canaryOf(deployment);
    const budget = await valueOf(reading, 'budget', async () => {
      await world.expectCurrent(key, KINDS.poddisruptionbudgets);
      return world.canaryPods.budgetFor(deployment);
    });
    const config = await valueOf(reading, 'config', () => readConfig(world.config, input, { deployment, hold }));
    await reading.read({ source: 'deployment', about: 'watch' }, () => world.expectCurrent(key, KINDS.deployments));
    const command = readCommand(record.metadata.annotations);
    const taken = [...named, ...(names ?? []), ...takenBy(traffic.prerequisites, objects)];
    return {
      deployment,
      hold,
      revision,
      endpoints: endpoints ?? [],
      closed,
      ...services,
      ...(record.metadata.deletionTimestamp !== undefined && { recordDeleted: true as const }),
      ...(taken.length > 0 && { taken }),
      ...present<LookedAt>({ command, replicaSets, canary, budget, config }),
      ...traffic,
      ...(fence !== undefined && { fence }),
    };
  }

  /** Watches what a release needs to see. The namespaces of routes where Headgate may change nothing, with the reason. */
  async #holdNamespaces({ key, spec }: ObserveInput, { deployment, underWay, reading }: Held) {
    const elsewhere = namespacesElsewhere(spec.service.routes, deployment.metadata.namespace);
    const answer = await reading.read({ source: 'routes', about: 'rights' }, () =>
      this.#world.routeRights.closed(elsewhere),
    );
    const closed: ReadonlyMap<string, string> = answer.known ? answer.value : new Map<string, string>();
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

  async #endpoints(key: string, state: RolloutState | undefined, { hosts }: TrafficWish): Promise<string[]> {
    const { endpoints } = this.#world;
    if (needsEndpoints(state)) return endpoints.of(key, hosts.canary);
    await endpoints.forget(key);
    return [];
  }

  /** What cannot be read again stays doubtful: it is unknown, and not taken back by what was seen. */
  async #lookAgain(input: ObserveInput, { first, doubtful, reading }: Doubt): Promise<LookedAt | undefined> {
    const { namespace = '', name } = first.deployment.metadata;
    const reads = {
      deployment: () => this.#world.refresh(KINDS.deployments, namespace, name),
      canary: () => this.#world.refresh(KINDS.deployments, namespace, canaryName(name)),
      route: () => this.#world.traffic.refresh(this.#wishOf(input, first), reading.readPart),
    };
    await Promise.all(doubtful.map((what) => reading.read({ source: DOUBTED[what], about: 'again' }, reads[what])));
    return this.#look(input, reading);
  }
}

interface Held {
  deployment: Deployment;
  underWay: boolean;
  reading: ObservationReads;
}

interface Doubt {
  first: LookedAt;
  doubtful: readonly DoubtfulRead[];
  reading: ObservationReads;
}

const DOUBTED: Record<DoubtfulRead, Source> = { deployment: 'deployment', canary: 'canary', route: 'routes' };

/** Whether a revision is another, or a ReplicaSet gone, is not known before the API server has told what it makes of the record. */
const restatedFor = ({ hold }: LookedAt): Question => ({
  source: hold.state === 'open' ? 'deployment' : 'replicaSets',
  about: 'template',
});

const present = <T extends object>(parts: { [K in keyof T]?: T[K] | undefined }): Partial<T> =>
  Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined)) as Partial<T>;

/** The same for the same round of checks. While a Deployment rolls out, those that pass leave no trace in the state. */
function roundId({ state, now, spec: { analysis } }: ObserveInput): string {
  const { startedAt, checkAt } = state?.release ?? {};
  const isRolling = state !== undefined && ROLLING_OUT.has(state.phase) && checkAt !== undefined;
  const round = isRolling ? roundsSince(ms(checkAt), now, analysis) : 0;
  return `${startedAt} ${checkAt} ${round}`;
}
