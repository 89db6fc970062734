import type { KubeClient } from '../../cluster/client.ts';
import { KINDS, pathOf } from '../../cluster/kinds.ts';
import type { Clock } from '../../cluster/server-clock.ts';
import { type Deployment, keyIn } from '../../rollout/kube.ts';
import type { Canary } from '../../rollout/machine/canary.ts';
import { stateOf, statusOf } from '../../rollout/machine/status.ts';
import { isAbandoned } from '../../rollout/machine/troubles/record-deleted.ts';
import { readHold } from '../../rollout/workload/hold.ts';
import { revisionOf } from '../../rollout/workload/template.ts';
import type { World } from '../world/world.ts';
import type { Claimants } from './claimants.ts';
import type { WatchedDismantler } from './dismantle.ts';
import { Enroller, ownerWords } from './enroller.ts';
import { withoutHosts } from './host-claims.ts';
import { ownershipOf } from './owners.ts';
import { PlanReader, type PlanReading, type ReleasePlan } from './plan.ts';

export interface EnrolmentOptions {
  client: KubeClient;
  world: World;
  claimants: Claimants;
  clock: Clock;
  dismantler: WatchedDismantler;
  onUnusable: (key: string, message: string) => void;
  /** This process has committed another state of a record. */
  onCommitted: (record: Canary) => void;
  /** The Canary is gone by which this revision was released. It may be told more than once. */
  onAbandoned: (deployment: Deployment, revision: string) => void;
}

/** Whether a Deployment is followed. */
export type EnrolmentResult =
  | { followed: true; deployment: Deployment; plan: ReleasePlan }
  /** @param inMs when to ask again; left out where a watch, or the resync, will wake the Deployment. */
  | { followed: false; inMs?: number };

type Unusable = Extract<PlanReading, { kind: 'unusable' }>;

/** What is held was never approved: few pods of the running version are better than its canary. */
const isHeld = (deployment: Deployment): boolean => readHold(deployment).state === 'held';

const wantsPods = (canary: Deployment | undefined): boolean => canary !== undefined && canary.spec.replicas !== 0;

const notFollowed = (inMs?: number): EnrolmentResult => ({ followed: false, ...(inMs !== undefined && { inMs }) });

/**
 * Decides whether a Deployment is followed, and by which plan: whether it is there, is opted in, who owns its settings, and
 * whether they can be used. It acts on what it finds: it opts a Deployment in for a Canary that names it, refuses further
 * Canaries, and takes Headgate off where the opt-in is gone.
 */
export class Enrolment {
  readonly #options: EnrolmentOptions;
  readonly #enroller: Enroller;
  readonly #plans = new PlanReader();

  constructor(options: EnrolmentOptions) {
    this.#options = options;
    this.#enroller = new Enroller(options);
  }

  async resolve(key: string, now: number): Promise<EnrolmentResult> {
    const { world } = this.#options;
    // Before the watches are filled, what they do not show may be there, and would be created again. The resync comes back.
    if (!world.isFilled(key)) return notFollowed();
    const written = world.records.writtenFor(key);
    const deployment = world.enrolled.get(key) ?? (await this.#unlabelled(key));
    if (deployment === undefined || deployment.metadata.deletionTimestamp !== undefined) {
      // What the user had written is theirs again: it outlives the Deployment.
      if (world.traffic.isMarkedFor(key)) return this.#leave(key);
      await world.forget(key);
      return notFollowed(await this.#enroller.missing(written, key.split('/')[1] ?? '', now));
    }
    const ownership = ownershipOf(deployment, written, (name) => this.#recordOf(deployment, name));
    if (ownership.by === 'nobody') {
      this.#tellAbandoned(deployment);
      return this.#leave(key, isHeld(deployment));
    }
    if (ownership.by === 'user') return this.#follow(key, deployment, written);
    await this.#enroller.enrol(deployment, ownership.enrol);
    return notFollowed();
  }

  /**
   * A Deployment that the watch does not show may have lost its label, or, where a Canary names it, never have had it. A route that
   * is marked for it may have come from a backup.
   */
  async #unlabelled(key: string): Promise<Deployment | undefined> {
    const [namespace = '', name = ''] = key.split('/');
    const { records, traffic } = this.#options.world;
    if (records.about(key).length === 0 && !traffic.isMarkedFor(key)) return undefined;
    return this.#options.client.find<Deployment>(pathOf(KINDS.deployments, namespace, name));
  }

  #recordOf({ metadata }: Deployment, name: string): Canary | undefined {
    return this.#options.world.records.get(keyIn(metadata.namespace, name));
  }

  #tellAbandoned(deployment: Deployment): void {
    const { world, onAbandoned } = this.#options;
    const seen = { hold: readHold(deployment), revision: revisionOf(deployment.spec.template) };
    if (isAbandoned(seen, world.canaryOf(deployment))) onAbandoned(deployment, seen.revision);
  }

  async #leave(key: string, hurried = false): Promise<EnrolmentResult> {
    return notFollowed(await this.#options.dismantler.dismantle(key, hurried));
  }

  async #follow(key: string, deployment: Deployment, written: readonly Canary[]): Promise<EnrolmentResult> {
    const reading = this.#plans.read(deployment, (name) => this.#recordOf(deployment, name));
    if (reading.kind === 'optedOut') return this.#leave(key);
    if (reading.kind === 'unusable') return this.#unusable(key, deployment, reading);
    const { plan } = reading;
    const record = this.#recordOf(deployment, plan.record);
    const others = written.filter(({ metadata }) => metadata.name !== plan.record);
    await this.#enroller.refuseOthers(others, ownerWords(plan.byCanary ? record : undefined));
    return { followed: true, deployment, plan: this.#withoutTakenHosts(deployment, plan) };
  }

  /** A host has one owner for each request: the plan of whoever claimed it later goes on without it, and says so as invalid. */
  #withoutTakenHosts(deployment: Deployment, plan: ReleasePlan): ReleasePlan {
    const taken = this.#options.claimants.taken(deployment, plan);
    if (taken.length === 0) return plan;
    const words = taken.map(({ host, owner, why }) => `the host ${host} is that of Canary ${owner.canary} (${why})`);
    const message = `${words.join(', ')}, which was there first; it is left out here until one of the two gives it up`;
    const invalid = plan.invalid === undefined ? message : `${plan.invalid}\n${message}`;
    return { ...plan, spec: { ...plan.spec, service: withoutHosts(plan.spec.service, taken) }, invalid };
  }

  /** The settings cannot be used: the gate stays as it is, and each record of the Deployment says why. */
  async #unusable(key: string, deployment: Deployment, { message, recordMissing }: Unusable): Promise<EnrolmentResult> {
    const { world, onUnusable } = this.#options;
    if (recordMissing && wantsPods(world.canaryOf(deployment))) {
      this.#tellAbandoned(deployment);
      return notFollowed(await this.#options.dismantler.abandon(key, isHeld(deployment)));
    }
    onUnusable(key, message);
    for (const record of world.records.about(key)) {
      const state = stateOf(record.status);
      if (state === undefined) {
        await this.#enroller.refuse(record, 'InvalidSpec', message);
        continue;
      }
      const view = { spec: undefined, route: undefined, stopsPodsFirst: false, generation: record.metadata.generation };
      await this.#enroller.commit(record, statusOf({ ...view, state, before: record.status, invalid: message }));
    }
    return notFollowed();
  }
}
