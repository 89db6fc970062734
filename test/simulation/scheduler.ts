import { isDeepStrictEqual } from 'node:util';
import { checkResultOf, type QueryResult } from '../../src/analysis/verdict.ts';
import { ROLE } from '../../src/rollout/keys.ts';
import { readCommand } from '../../src/rollout/machine/commands/command-annotation.ts';
import { type Decision, decide } from '../../src/rollout/machine/decide.ts';
import type { Effect } from '../../src/rollout/machine/effects.ts';
import type { CheckResult, Observation } from '../../src/rollout/machine/observation.ts';
import {
  doubtfulReads,
  dueChecks,
  needsEndpoints,
  needsPods,
  needsReplicaSets,
} from '../../src/rollout/machine/observation-needs.ts';
import type { Source } from '../../src/rollout/machine/sources.ts';
import type { RolloutState } from '../../src/rollout/machine/state.ts';
import { type CanaryStatus, stateOf, statusOf } from '../../src/rollout/machine/status.ts';
import type { TrafficWish } from '../../src/rollout/machine/traffic.ts';
import { pinnedNames } from '../../src/rollout/pins/unpinned.ts';
import type { Metric, RolloutSpec } from '../../src/rollout/spec/spec-types.ts';
import { readHold } from '../../src/rollout/workload/hold.ts';
import { stopsPodsFirst } from '../../src/rollout/workload/strategy.ts';
import { revisionOf } from '../../src/rollout/workload/template.ts';
import { routeFence } from '../../src/scheduler/tick/route-fence.ts';
import { istio } from '../../src/traffic/istio/provider.ts';
import type { VirtualService } from '../../src/traffic/istio/reach/objects.ts';
import { LABEL, SELF } from '../build.ts';
import { apply, Refused } from './apply.ts';
import { type CanaryRecord, type Cluster, Conflict, type Traffic } from './cluster.ts';
import { SimulatedHookRunner } from './hook-runner.ts';
import { seePolicies } from './policies.ts';
import { RulesView } from './rules.ts';
import { DOUBTED, without } from './unreadable.ts';
import { appOf, wishOf } from './wish.ts';

export const SETTLE_MS = 3_000;
export const SCRAPE_MS = 1_000;
/** More than the product makes in one go: here all hooks answer at once. */
const MOST_ROUNDS = 30;
const RETRY_MS = 1_000;
const CONFLICT_MS = 100;
const MOST_LAG_MS = 200;

/** What one round saw, decided and did. */
export interface Round {
  now: number;
  before: RolloutState | undefined;
  seen: Observation;
  decision: Decision;
  committed: boolean;
  /** The process. */
  self: string;
  /** Each effect that was tried, and what went wrong with it. */
  done: Done[];
  /** As it was when the round began. */
  traffic: Traffic;
}

export interface Done {
  effect: Effect;
  error?: string;
  /** Somebody else was faster. */
  raced?: boolean;
}

export interface Requests {
  commits: number;
  writes: number;
  reads: number;
}

/** What is decided in a simulation, whoever asks. */
export const decided = (
  situation: Pick<Parameters<typeof decide>[0], 'spec' | 'state' | 'seen' | 'now' | 'self'>,
): Decision => decide({ settleMs: SETTLE_MS, scrapeMs: SCRAPE_MS, label: LABEL, ...SELF, ...situation });

/** The scheduler's process dies. */
export class Crash extends Error {}

/** What a watch delivers on its own. */
export const KINDS = ['deployment', 'canary', 'route', 'sets'] as const;
export type Kind = (typeof KINDS)[number];
type View = Pick<Cluster, Kind>;

const viewOf = ({ deployment, canary, route, sets }: Cluster): View => ({ deployment, canary, route, sets });

/** The scheduler's tick, as src/scheduler/tick/tick.ts runs it, on the model instead of a cluster. */
export class Ticker {
  readonly cluster: Cluster;
  /** Whether a watch has not delivered yet what changed since it was last looked at. */
  lags: (kind: Kind) => boolean = () => false;
  /** How it stands among those that start a canary; empty where nobody else does. */
  place: Pick<Observation, 'place'> = {};
  /** What cannot be read. */
  unreadable: ReadonlySet<Source> = new Set();
  /** Something was not seen in the last run. */
  lagged = false;
  #view: View;
  #lateSince = new Map<Kind, number>();
  spec: RolloutSpec;
  answer: (metric: Metric, revision: string) => QueryResult = () => ({ kind: 'value', value: 100 });
  /** The same of the Deployment's pods while they roll out. */
  rolloutAnswer: QueryResult = { kind: 'value', value: 100 };
  /** What the API server answers to a canary, when it refuses it. */
  refuse: string | undefined;
  /** And to the write by which the Deployment rolls out, or back. */
  refuseRollOut: string | undefined;
  /** Called before each write; may throw Crash, or change the world as somebody else would. */
  onWrite: () => void = () => undefined;
  onRound: (round: Round) => void = () => undefined;
  readonly requests: Requests = { commits: 0, writes: 0, reads: 0 };
  /** Another one after each restart. */
  self = SELF.self;
  readonly hookRunner = new SimulatedHookRunner();
  #heard: string | undefined;
  #watchingSets = false;
  #isLeaving = false;
  #keptOut: string | undefined;
  #rules = new RulesView();
  /** As in src/scheduler/world/canary-pods.ts. */
  #pinned: ReadonlySet<string> = new Set();

  constructor(cluster: Cluster, spec: RolloutSpec) {
    this.cluster = cluster;
    this.spec = spec;
    this.#view = viewOf(cluster);
  }

  /** When to look again, milliseconds since the epoch. */
  run(): number | undefined {
    this.lagged = false;
    for (let round = 0; round < MOST_ROUNDS; round += 1) {
      const { more, wakeAt } = this.#round();
      if (!more) return wakeAt;
    }
    throw new Error('a tick goes round in circles');
  }

  /** The process stops in good order, and another takes its place. */
  replace(): void {
    this.#isLeaving = true;
    this.run();
    this.#isLeaving = false;
    this.restart();
    this.cluster.dirty = true;
  }

  /** The process starts anew: what it had in memory is gone. */
  restart(): void {
    this.self = `${this.self}'`;
    this.hookRunner.forget();
    this.#pinned = new Set();
    this.#heard = undefined;
    this.#keptOut = undefined;
    this.#watchingSets = false;
    this.#rules = new RulesView();
    this.#view = viewOf(this.cluster);
  }

  /** Takes in what the watches have delivered: a change is never held back for long. */
  deliver(): void {
    const { now } = this.cluster;
    const fresh = viewOf(this.cluster);
    const changed = KINDS.filter((kind) => fresh[kind] !== this.#view[kind]);
    const late = changed.filter((kind) => now - (this.#lateSince.get(kind) ?? now) < MOST_LAG_MS && this.lags(kind));
    this.#lateSince = new Map(late.map((kind) => [kind, this.#lateSince.get(kind) ?? now]));
    this.lagged ||= late.length > 0;
    this.#view = { ...fresh, ...Object.fromEntries(late.map((kind) => [kind, this.#view[kind]])) };
  }

  #round(): { more: boolean; wakeAt?: number | undefined } {
    const { cluster, spec } = this;
    const { now, traffic } = cluster;
    const record = this.#record();
    const state = stateOf(record.status);
    const seen = this.observe(state);
    const { self } = this;
    const decision = decided({ spec, state, seen, now, self });
    const committed = this.#commit(record, decision, seen);
    if (committed === undefined) return { more: false, wakeAt: now + CONFLICT_MS };
    this.#heard = undefined;
    const round: Round = { now, self, before: state, seen, decision, committed, done: [], traffic };
    try {
      for (const effect of decision.effects) round.done.push(this.#apply(effect, seen));
    } finally {
      this.onRound(round);
    }
    const isKeptOut = round.done.some(
      ({ effect, error }) => ROLLS_OUT.includes(effect.do) && error === this.refuseRollOut,
    );
    this.#keptOut = isKeptOut ? this.refuseRollOut : undefined;
    const failed = round.done.filter(({ error }) => error !== undefined);
    const raced = failed.every(({ raced }) => raced);
    if (failed.length > 0 && this.#heard === undefined)
      return { more: false, wakeAt: now + (raced ? CONFLICT_MS : RETRY_MS) };
    const heard = this.hookRunner.setWanted(decision.calls, decision.polls, now);
    return { more: committed || heard || decision.effects.length > 0, wakeAt: decision.wakeAt };
  }

  #record(): CanaryRecord {
    const { cluster } = this;
    if (cluster.record === undefined) {
      const { name, namespace = '' } = cluster.deployment.metadata;
      cluster.putRecord({ kind: 'Canary', metadata: { name, namespace, generation: 1 } });
      this.requests.writes += 1;
    }
    return cluster.record as CanaryRecord;
  }

  /** As src/scheduler/tick/observe.ts: what the watches show, and what is doubtful from the source. */
  observe(state: RolloutState | undefined): Observation {
    this.deliver();
    const doubtful = doubtfulReads(state, this.#look(state));
    this.requests.reads += doubtful.length;
    for (const kind of doubtful.filter((what) => !this.unreadable.has(DOUBTED[what])))
      this.#view = { ...this.#view, [kind]: this.cluster[kind] };
    const seen = this.#look(state);
    const { spec, cluster } = this;
    const wanted = dueChecks(spec, state, { now: cluster.now, scrapeMs: SCRAPE_MS });
    const measured = cluster.canary === undefined ? '' : (state?.release?.revision ?? '');
    const checks = wanted?.map(({ metric, rolloutMs }): CheckResult => {
      if (rolloutMs === undefined) return checkResultOf(metric, this.answer(metric, measured));
      return { ...checkResultOf(metric, this.rolloutAnswer), of: 'Deployment' };
    });
    const pods = needsPods(state, seen, { spec, now: cluster.now, pinned: this.#pinned }) ? this.#pods() : undefined;
    const leaving = this.#isLeaving && { isLeaving: true };
    const all = {
      ...seen,
      ...leaving,
      answers: this.hookRunner.answers,
      ...(pods && { pods }),
      ...(checks && { checks }),
    };
    return without(all, this.unreadable, { state, spec, route: this.#view.route, doubtful });
  }

  #pods(): Observation['pods'] {
    const { canary } = this.cluster;
    this.requests.reads += 1;
    const pods = this.cluster.canaryPods();
    if (canary) this.#pinned = pinnedNames(pods, canary.spec.template);
    return pods;
  }

  /** That of the ReplicaSets, a list and a watch; all others are there for all Deployments. */
  #countWatches(sets: boolean): void {
    if (sets && !this.#watchingSets) this.requests.reads += 2;
    this.#watchingSets = sets;
  }

  #look(state: RolloutState | undefined): Observation {
    const { cluster, spec } = this;
    const { deployment, canary, route, sets } = this.#view;
    const hold = readHold(deployment);
    const revision = revisionOf(deployment.spec.template);
    const wantsSets = needsReplicaSets(hold.state === 'held', state);
    const reachable = needsEndpoints(state);
    this.#countWatches(wantsSets);
    const seenNow = { services: cluster.services, deployment };
    const wish = wishOf(seenNow, spec);
    const other = cluster.services.get(wish.hosts.canary);
    const isHeld = hold.state === 'held';
    const rules = this.#rules.see(cluster, isHeld && state?.release?.revision !== revision);
    const command = readCommand(cluster.record?.metadata.annotations);
    const recordDeleted = cluster.record?.metadata.deletionTimestamp !== undefined;
    return {
      config: cluster.config.read({ deployment, hold }, state, spec),
      ...{ deployment, hold, revision },
      endpoints: reachable ? cluster.endpoints() : [],
      service: appOf(seenNow, spec),
      ...(other && { canaryService: other }),
      ...(command && { command }),
      ...this.place,
      ...(recordDeleted && { recordDeleted }),
      ...(wantsSets && { replicaSets: sets }),
      ...(cluster.taken && { taken: [cluster.taken] }),
      ...(canary?.metadata.labels?.[ROLE] === 'canary' && { canary }),
      ...(route && fenceIn([route], wish)),
      ...istio.read([...(route ? [route] : []), ...rules], wish),
      ...(cluster.budget && { budget: cluster.budget }),
      ...cluster.autoscalers.see({ spec, state, revision }),
      ...(isHeld && seePolicies(cluster, revision, state)),
      ...this.#refusals(),
    };
  }

  #refusals(): Pick<Observation, 'refused' | 'rollOutRefused'> {
    return {
      ...(this.#heard !== undefined && { refused: this.#heard }),
      ...(this.#keptOut !== undefined && { rollOutRefused: this.#keptOut }),
    };
  }

  /** True if something was written; undefined if another was faster. */
  #commit(record: CanaryRecord, { state }: Decision, seen: Observation): boolean | undefined {
    const { cluster, spec } = this;
    const status = statusOf({
      ...{ state, spec, route: seen.route, unknown: seen.unknown, stopsPodsFirst: stopsPodsFirst(seen.deployment) },
      ...{ generation: record.metadata.generation, before: record.status },
    });
    const stored = JSON.parse(JSON.stringify(status)) as CanaryStatus;
    if (isDeepStrictEqual(record.status, stored)) return false;
    this.onWrite();
    this.requests.commits += 1;
    if (cluster.record?.metadata.resourceVersion !== record.metadata.resourceVersion) return undefined;
    cluster.putRecord({ ...record, status: stored });
    return true;
  }

  #apply(effect: Effect, { service }: Observation): Done {
    this.onWrite();
    this.requests.writes += 1;
    if (this.refuseRollOut !== undefined && ROLLS_OUT.includes(effect.do)) return { effect, error: this.refuseRollOut };
    try {
      apply(effect, { cluster: this.cluster, spec: this.spec, service, refuse: this.refuse });
      for (const kind of TOUCHES[effect.do]) this.#view = { ...this.#view, [kind]: this.cluster[kind] };
      return { effect };
    } catch (error) {
      if (error instanceof Refused) this.#heard = error.message;
      else if (!(error instanceof Conflict)) throw error;
      return { effect, error: error.message, raced: error instanceof Conflict };
    }
  }
}

function fenceIn(objects: VirtualService[], wish: TrafficWish): { fence?: string } {
  const fence = routeFence(istio, objects, wish);
  return fence === undefined ? {} : { fence };
}

const ROLLS_OUT: readonly Effect['do'][] = ['liftHold', 'restoreTemplate', 'rollBack'];

/** The answer to a write is seen at once. */
const TOUCHES: Record<Effect['do'], readonly Kind[]> = {
  liftHold: ['deployment'],
  writeHold: ['deployment'],
  restoreTemplate: ['deployment'],
  createSnapshot: [],
  deleteSnapshot: [],
  pinTemplate: ['deployment'],
  annotate: ['deployment'],
  rollBack: ['deployment'],
  holdAgain: ['deployment'],
  createService: [],
  replaceService: [],
  setRoute: ['route'],
  markRoute: ['route'],
  changeTraffic: [],
  changeBudget: [],
  changeAutoscaler: [],
  createCanary: ['canary'],
  replaceCanary: ['canary'],
  scaleCanary: ['canary'],
  deleteReplicaSet: ['sets'],
  createReplicaSet: ['sets'],
};
