import type { KubeClient } from '../../cluster/client.ts';
import { isConflict } from '../../cluster/errors.ts';
import { KINDS } from '../../cluster/kinds.ts';
import type { Clock } from '../../cluster/server-clock.ts';
import type { Deployment } from '../../rollout/kube.ts';
import type { Canary } from '../../rollout/machine/canary.ts';
import { type Decision, decide } from '../../rollout/machine/decide.ts';
import type { Effect } from '../../rollout/machine/effects.ts';
import type { Fact } from '../../rollout/machine/facts.ts';
import type { Observation } from '../../rollout/machine/observation.ts';
import type { DefaultAlert } from '../../rollout/machine/outbox.ts';
import { configPinned } from '../../rollout/machine/pins/config-pinned.ts';
import { unknownWords } from '../../rollout/machine/sources.ts';
import type { Release, RolloutState } from '../../rollout/machine/state.ts';
import { stateOf, statusOf } from '../../rollout/machine/status.ts';
import { type TrafficWish, trafficWish } from '../../rollout/machine/traffic.ts';
import { routeMissing } from '../../rollout/machine/troubles/route-missing.ts';
import { stopsPodsFirst } from '../../rollout/workload/strategy.ts';
import type { HookRunner } from '../hooks/hook-runner.ts';
import type { NoticeSender } from '../notices/notice-sender.ts';
import type { CanaryPlaces } from '../world/canary-places.ts';
import type { World } from '../world/world.ts';
import type { Applier } from './apply.ts';
import { applyAll } from './apply-all.ts';
import { EffectBackoff } from './effect-backoff.ts';
import type { Enrolment } from './enrolment.ts';
import type { Observer } from './observe.ts';
import type { ReleasePlan } from './plan.ts';
import { commit, RecordKeeper } from './record.ts';
import { type RecordState, Refusals } from './refusals.ts';
import { LateWrites } from './tick-writes.ts';
import type { UnknownLog } from './unknown-log.ts';

export interface TickOptions {
  client: KubeClient;
  world: World;
  places: CanaryPlaces;
  observer: Observer;
  applier: Applier;
  enrolment: Enrolment;
  settleMs: number;
  scrapeMs: number;
  /** Such as `cluster.local`. */
  clusterDomain: string;
  /** This process, among the schedulers. */
  self: string;
  /** The installation's own receivers of notifications. */
  defaultAlerts: readonly DefaultAlert[];
  hooks: Pick<HookRunner, 'answersFor' | 'isLeaving' | 'setWanted' | 'forget'>;
  notices: Pick<NoticeSender, 'receiptsFor' | 'send'>;
  /** The record is as committed, where it was another before. */
  onCommit: (before: Canary, committed: Canary, facts: readonly Fact[]) => void;
  /** The API server will not have the Canary of a Deployment: it may be told more than once. */
  onRecordRefused: (deployment: Deployment, why: string) => void;
  unknownLog: UnknownLog;
  /** It is looked at anew: what comes from now on is for the next look. */
  onLook: (key: string) => void;
  onEffectError: (key: string, effect: Effect, error: unknown) => void;
  /** A write that was not waited for has ended. */
  onAnswer: (key: string) => void;
  clock: Clock;
}

/** Somebody was faster with a commit: in how many milliseconds to look again. */
const CONFLICT_MS = 100;
const RETRY_MS = 1_000;

/** A tick looks again at once while its own effects change what it sees; after so many rounds a timer goes on. */
const MOST_ROUNDS = 12;

interface Round {
  /** Something was done: look again at once. */
  more: boolean;
  /** Milliseconds since the epoch. */
  wakeAt?: number;
}

/** Which release, and what was ordered for it: what people do about a refusal is tried at once. */
const wordsOf = (release: Release | undefined): (string | undefined)[] => [
  release?.revision,
  release?.startedAt,
  release?.decidedBy?.at,
];

/** People want something else when they change the settings, release another revision, or try it again. */
const recordState = ({ metadata, status }: Canary, state: RolloutState | undefined): RecordState => ({
  intent: [metadata.generation, ...wordsOf(state?.release)].join(' '),
  status,
});

/**
 * One look at one Deployment: observe → decide → commit → record → apply, repeated while it has consequences. The commit is
 * a compare-and-swap; a process that loses it has done nothing.
 */
export class Tick {
  readonly #options: TickOptions;
  readonly #clock: Clock;
  readonly #refusals = new Refusals();
  readonly #records: RecordKeeper;
  readonly #backoff = new EffectBackoff();
  readonly #lateWrites: LateWrites;

  constructor(options: TickOptions) {
    this.#options = options;
    this.#clock = options.clock;
    this.#lateWrites = new LateWrites(options.onAnswer);
    this.#records = new RecordKeeper(options);
  }

  /** When to look again, milliseconds since the epoch; undefined: when something happens. */
  async run(key: string): Promise<number | undefined> {
    for (let round = 0; round < MOST_ROUNDS; round += 1) {
      this.#options.onLook(key);
      const { more, wakeAt } = await this.#round(key);
      if (!more) return wakeAt;
    }
    return this.#clock() + RETRY_MS;
  }

  async #round(key: string): Promise<Round> {
    const resolved = await this.#options.enrolment.resolve(key, this.#clock());
    if (!resolved.followed) {
      this.forget(key);
      return this.#later(resolved.inMs);
    }
    const kept = await this.#records.of(resolved.deployment, resolved.plan);
    return 'inMs' in kept ? this.#later(kept.inMs) : this.#decideOn(key, resolved.plan, kept.record);
  }

  #later(inMs: number | undefined): Round {
    return { more: false, ...(inMs !== undefined && { wakeAt: this.#clock() + inMs }) };
  }

  /** The Deployment is not followed any more: nothing is kept of it. */
  forget(key: string): void {
    const { observer, unknownLog, hooks } = this.#options;
    for (const part of [this.#refusals, this.#backoff, this.#lateWrites, observer, unknownLog, hooks]) part.forget(key);
  }

  async #decideOn(key: string, plan: ReleasePlan, record: Canary): Promise<Round> {
    const { observer, applier, settleMs, scrapeMs, self, defaultAlerts, hooks, notices } = this.#options;
    const { spec, label } = plan;
    const [now, readAt] = [this.#clock(), performance.now()];
    const state = stateOf(record.status);
    const observed = await observer.observe({ key, spec, state, record, label, now, scrapeMs });
    if (observed === undefined) return { more: false };
    const before = recordState(record, state);
    this.#refusals.add(key, this.#lateWrites.refusals(key, before.intent), before);
    const seen: Observation = { ...observed, ...this.#refusals.ofWrites(key, before) };
    this.#options.unknownLog.take(key, unknownWords(seen));
    const refused = this.#refusals.of(key, before);
    const place = this.#options.places.read(record, state, seen);
    const told = {
      answers: hooks.answersFor(key),
      receipts: notices.receiptsFor(key),
      ...(hooks.isLeaving && { isLeaving: true }),
      ...(place && { place }),
    };
    const situation = { spec, state, now, settleMs, scrapeMs, label, self, defaultAlerts };
    const decision = decide({ ...situation, seen: { ...seen, ...told, ...(refused && { refused }) } });
    const committed = await this.#commit(record, decision, seen, this.#asRefused(key, plan, before));
    if (committed === undefined) return { more: false, wakeAt: now + CONFLICT_MS };
    this.#options.onCommit(record, committed, decision.facts);
    const { phase, release } = decision.state;
    const { name, namespace = '' } = committed.metadata;
    hooks.setWanted(key, { name, namespace, phase, revision: release?.revision ?? '' }, decision.calls, decision.polls);
    notices.send(key, committed);
    const after = recordState(committed, decision.state);
    // Or when they change the Deployment otherwise.
    const intent = `${seen.deployment.metadata.generation} ${after.intent}`;
    const wish = this.#wishOf(seen, plan);
    const isBack = (effect: Effect) => effect.do === 'setRoute' && effect.weight < (seen.route?.weight ?? 100);
    const { done, retryMs, refusals } = await applyAll(decision.effects, {
      attempt: (effect) => applier.apply(effect, wish, { record: committed, readAt }),
      pacer: this.#backoff.pacer({ key, intent, clock: this.#clock, isBack }),
      writes: this.#lateWrites.begin(key, after.intent),
      isUrgent: (effect) => effect.do === 'writeHold' || (seen.route !== undefined && isBack(effect)),
      onError: (effect, error) => this.#options.onEffectError(key, effect, error),
    });
    const isNews = this.#refusals.take(key, refusals, { before, after });
    const retryAt = retryMs === undefined ? Number.POSITIVE_INFINITY : this.#clock() + retryMs;
    const wakeAt = Math.min(retryAt, decision.wakeAt ?? Number.POSITIVE_INFINITY);
    const more = done || isNews || committed !== record;
    return { more, ...(Number.isFinite(wakeAt) && { wakeAt }) };
  }

  #wishOf(seen: Observation, { spec, label }: ReleasePlan): TrafficWish {
    return trafficWish({ ...seen, label, spec: spec.service, clusterDomain: this.#options.clusterDomain });
  }

  /** Traffic settings that the API server refuses are reported as invalid, like those that Headgate refuses itself. */
  #asRefused(key: string, plan: ReleasePlan, before: RecordState): ReleasePlan {
    const refused = this.#refusals.ofTraffic(key, before);
    return refused === undefined || plan.invalid !== undefined ? plan : { ...plan, invalid: refused };
  }

  /** Undefined: somebody else was faster, nothing was done. */
  async #commit(
    record: Canary,
    { state }: Decision,
    seen: Observation,
    plan: ReleasePlan,
  ): Promise<Canary | undefined> {
    const { client, world, places } = this.#options;
    const unrouted = routeMissing({ seen, spec: plan.spec, now: this.#clock() });
    const status = statusOf({
      state,
      spec: plan.spec,
      route: seen.route,
      unknown: seen.unknown,
      stopsPodsFirst: stopsPodsFirst(seen.deployment),
      generation: record.metadata.generation,
      before: record.status,
      ...(plan.invalid !== undefined && { invalid: plan.invalid }),
      ...(unrouted && { unrouted }),
      undivided: seen.undivided,
      pinned: configPinned(seen, state, plan.spec),
    });
    places.claim(record, state);
    try {
      const committed = await commit(client, record, status);
      world.put(committed);
      return committed;
    } catch (error) {
      if (!isConflict(error)) throw error;
      await world.refresh(KINDS.canaries, record.metadata.namespace ?? '', record.metadata.name);
      return undefined;
    } finally {
      places.settle(record);
    }
  }
}
