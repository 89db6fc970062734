import type { KubeClient } from '../cluster/client.ts';
import { isConflict, isForbidden, isInvalid, isLostRace, isNotFound } from '../cluster/errors.ts';
import { KINDS, pathOf } from '../cluster/kinds.ts';
import { type Decision, decide } from '../rollout/decide.ts';
import type { Effect } from '../rollout/effects.ts';
import type { Fact } from '../rollout/facts.ts';
import type { Deployment } from '../rollout/kube.ts';
import type { Observation } from '../rollout/observation.ts';
import type { DefaultAlert } from '../rollout/outbox.ts';
import { stateOf, statusOf } from '../rollout/status.ts';
import type { Applier } from './apply.ts';
import type { Dismantler } from './dismantle.ts';
import type { Observer } from './observe.ts';
import { type Enrolled, readPlan } from './plan.ts';
import type { Courier, HookDesk } from './ports.ts';
import { type Canary, commit, ensureRecord } from './record.ts';
import type { World } from './world.ts';

export interface TickOptions {
  client: KubeClient;
  world: World;
  observer: Observer;
  applier: Applier;
  dismantler: Dismantler;
  settleMs: number;
  /** This process, among the schedulers. */
  self: string;
  /** The installation's own receivers of notifications. */
  defaultAlerts: readonly DefaultAlert[];
  hooks: HookDesk;
  courier: Courier;
  tell: (record: Canary, facts: readonly Fact[]) => void;
  onEffectError: (key: string, effect: Effect, error: unknown) => void;
  onUnusable: (key: string, message: string) => void;
  clock?: () => number;
}

/** A tick goes on while its own effects change what it sees; a chain longer than this is broken by the clock. */
const MOST_ROUNDS = 12;
const RETRY_MS = 1_000;
const CONFLICT_MS = 100;

interface Round {
  /** Something was done: look again at once. */
  more: boolean;
  /** Milliseconds since the epoch. */
  wakeAt?: number;
}

/**
 * One look at one Deployment: observe → decide → commit → apply → tell, repeated while it has consequences. The commit is a
 * compare-and-swap; who loses it has done nothing.
 */
export class Tick {
  readonly #options: TickOptions;
  readonly #clock: () => number;
  /** What the API server said to a canary that it refused; heard once, by the round after. */
  readonly #refusals = new Map<string, string>();

  constructor(options: TickOptions) {
    this.#options = options;
    this.#clock = options.clock ?? Date.now;
  }

  /** When to look again, milliseconds since the epoch; undefined: when something happens. */
  async run(key: string): Promise<number | undefined> {
    for (let round = 0; round < MOST_ROUNDS; round += 1) {
      const { more, wakeAt } = await this.#round(key);
      if (!more) return wakeAt;
    }
    return this.#clock() + RETRY_MS;
  }

  async #round(key: string): Promise<Round> {
    const { world } = this.#options;
    const deployment = world.enrolled.get(key) ?? (await this.#unlabelled(key));
    if (deployment === undefined || deployment.metadata.deletionTimestamp !== undefined) {
      await world.forget(key);
      return { more: false };
    }
    const plan = readPlan(deployment, (name) => world.records.get(`${deployment.metadata.namespace}/${name}`));
    if (plan.kind === 'optedOut') return this.#leave(deployment);
    if (plan.kind === 'unusable') return this.#unusable(key, plan.message);
    return this.#decideOn(key, deployment, plan.enrolled);
  }

  /** An object that left the watch may still exist without its label. */
  async #unlabelled(key: string): Promise<Deployment | undefined> {
    const [namespace = '', name = ''] = key.split('/');
    if (!this.#options.world.records.get(key)) return undefined;
    return this.#options.client.find<Deployment>(pathOf(KINDS.deployments, namespace, name));
  }

  async #leave(deployment: Deployment): Promise<Round> {
    const inMs = await this.#options.dismantler.dismantle(deployment);
    return { more: false, ...(inMs !== undefined && { wakeAt: this.#clock() + inMs }) };
  }

  /** Nothing can be followed: the gate stays as it is, and the record, if there is one, says why. */
  async #unusable(key: string, message: string): Promise<Round> {
    const { client, world } = this.#options;
    const record = world.records.get(key);
    const state = stateOf(record?.status);
    this.#options.onUnusable(key, message);
    if (record === undefined || state === undefined) return { more: false };
    const view = { spec: undefined, route: undefined, strategy: undefined, generation: record.metadata.generation };
    world.put(await commit(client, record, statusOf({ ...view, state, before: record.status, invalid: message })));
    return { more: false };
  }

  async #decideOn(key: string, deployment: Deployment, plan: Enrolled): Promise<Round> {
    const { world, observer, settleMs, self, defaultAlerts, hooks, courier } = this.#options;
    const { spec, label } = plan;
    const record = await this.#record(deployment, plan);
    const now = this.#clock();
    const state = stateOf(record.status);
    const seen = await observer.observe({ key, spec, state, record, label, now });
    if (seen === undefined) return { more: false };
    const refused = this.#refusals.get(key);
    const told = { answers: hooks.answersFor(key), receipts: courier.receiptsFor(key) };
    const situation = { spec, state, now, settleMs, label, self, defaultAlerts };
    const decision = decide({ ...situation, seen: { ...seen, ...told, ...(refused && { refused }) } });
    const committed = await this.#commit(record, decision, seen, plan);
    if (committed === undefined) return { more: false, wakeAt: now + CONFLICT_MS };
    this.#refusals.delete(key);
    world.put(committed);
    this.#options.tell(committed, decision.facts);
    const { phase, release } = decision.state;
    const { name, namespace = '' } = committed.metadata;
    hooks.want(key, { name, namespace, phase, revision: release?.revision ?? '' }, decision.calls, decision.polls);
    courier.carry(key, committed);
    const delay = await this.#apply(key, decision.effects, { deployment: seen.deployment, service: spec.service });
    if (delay > 0 && !this.#refusals.has(key)) return { more: false, wakeAt: this.#clock() + delay };
    const more = committed !== record || decision.effects.length > 0;
    return { more, ...(decision.wakeAt !== undefined && { wakeAt: decision.wakeAt }) };
  }

  async #record(deployment: Deployment, plan: Enrolled): Promise<Canary> {
    const { client, world } = this.#options;
    const present = world.records.get(`${deployment.metadata.namespace}/${plan.record}`);
    if (plan.userForm === undefined && present) return present;
    const record = await ensureRecord(client, deployment, plan.userForm ?? {}, present);
    if (record !== present) world.put(record);
    return record;
  }

  /** Undefined: somebody else was faster, nothing was done. */
  async #commit(record: Canary, { state }: Decision, seen: Observation, plan: Enrolled): Promise<Canary | undefined> {
    const { client, world } = this.#options;
    const status = statusOf({
      state,
      spec: plan.spec,
      route: seen.route,
      strategy: seen.deployment.spec.strategy?.type,
      generation: record.metadata.generation,
      before: record.status,
      ...(plan.invalid !== undefined && { invalid: plan.invalid }),
    });
    try {
      return await commit(client, record, status);
    } catch (error) {
      if (!isConflict(error)) throw error;
      await world.refresh(KINDS.canaries, record.metadata.namespace ?? '', record.metadata.name);
      return undefined;
    }
  }

  /**
   * Tries every effect, in order: one that fails must not keep traffic from going back. Returns the milliseconds after which
   * to look again: 0 if all were done, little if somebody was faster, more if something does not work.
   */
  async #apply(key: string, effects: readonly Effect[], wish: Parameters<Applier['apply']>[1]): Promise<number> {
    let delay = 0;
    for (const effect of effects) {
      try {
        await this.#options.applier.apply(effect, wish);
      } catch (error) {
        const raced = isLostRace(error) || isNotFound(error);
        delay = Math.max(delay, raced ? CONFLICT_MS : RETRY_MS);
        if (!raced) this.#options.onEffectError(key, effect, error);
        this.#hear(key, effect, error);
      }
    }
    return delay;
  }

  /** A canary that the API server will not have (policy, quota, validation) is the release's failure, in its words. */
  #hear(key: string, effect: Effect, error: unknown): void {
    const creates = effect.do === 'createCanary' || effect.do === 'replaceCanary';
    const refused = isForbidden(error) || (isInvalid(error) && !isLostRace(error));
    if (creates && refused) this.#refusals.set(key, error.message);
  }
}
