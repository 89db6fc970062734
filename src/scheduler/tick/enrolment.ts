import type { KubeClient } from '../../cluster/client.ts';
import { KINDS, pathOf } from '../../cluster/kinds.ts';
import type { Deployment } from '../../rollout/kube.ts';
import type { Canary } from '../../rollout/machine/canary.ts';
import { stateOf, statusOf } from '../../rollout/machine/status.ts';
import type { World } from '../world/world.ts';
import type { WatchedDismantler } from './dismantle.ts';
import { Enroller, ownerWords } from './enroller.ts';
import { nameOf, ownershipOf, takenHosts } from './owners.ts';
import { type Enrolled, readPlan } from './plan.ts';
import { commit } from './record.ts';

export interface EntryOptions {
  client: KubeClient;
  world: World;
  dismantler: WatchedDismantler;
  onUnusable: (key: string, message: string) => void;
}

/** Whether there is a release to look at. */
export type Entered =
  | { kind: 'follow'; deployment: Deployment; plan: Enrolled }
  /** Not now; `inMs`: when to look again, left out where something else will call. */
  | { kind: 'nothing'; inMs?: number };

const nothing = (inMs?: number): Entered => ({ kind: 'nothing', ...(inMs !== undefined && { inMs }) });

/**
 * What comes before anything of a release: is the Deployment there, does it take part, on whose words, and can they be
 * followed. Opts in for a Canary that names a Deployment, and takes Headgate off where nobody wants it any more.
 */
export class Entry {
  readonly #options: EntryOptions;
  readonly #enroller: Enroller;

  constructor(options: EntryOptions) {
    this.#options = options;
    this.#enroller = new Enroller(options.client, options.world);
  }

  async enter(key: string, now: number): Promise<Entered> {
    const { world } = this.#options;
    // What is not known to be there would be made anew. The resync comes again.
    if (!world.isFilled(key)) return nothing();
    const written = world.records.writtenFor(key);
    const deployment = world.enrolled.get(key) ?? (await this.#unlabelled(key));
    if (deployment === undefined || deployment.metadata.deletionTimestamp !== undefined) {
      await world.forget(key);
      const [first] = written;
      const name = key.split('/')[1] ?? '';
      return nothing(first && (await this.#enroller.missing(first, name, now)));
    }
    const ownership = ownershipOf(deployment, written, (name) => this.#recordOf(deployment, name));
    if (ownership.by === 'nobody') return this.#leave(key);
    if (ownership.by === 'user') return this.#follow(key, deployment, written);
    await this.#enroller.enrol(deployment, ownership.enrol);
    return nothing();
  }

  /** An object that left the watch may still exist without its label; one that a Canary names may never have had it. */
  async #unlabelled(key: string): Promise<Deployment | undefined> {
    const [namespace = '', name = ''] = key.split('/');
    if (this.#options.world.records.about(key).length === 0) return undefined;
    return this.#options.client.find<Deployment>(pathOf(KINDS.deployments, namespace, name));
  }

  #recordOf({ metadata }: Deployment, name: string): Canary | undefined {
    return this.#options.world.records.get(`${metadata.namespace}/${name}`);
  }

  async #leave(key: string): Promise<Entered> {
    return nothing(await this.#options.dismantler.dismantle(key));
  }

  async #follow(key: string, deployment: Deployment, written: readonly Canary[]): Promise<Entered> {
    const plan = readPlan(deployment, (name) => this.#recordOf(deployment, name));
    if (plan.kind === 'optedOut') return this.#leave(key);
    if (plan.kind === 'unusable') return this.#unusable(key, plan.message);
    const record = this.#recordOf(deployment, plan.enrolled.record);
    const others = written.filter(({ metadata }) => metadata.name !== plan.enrolled.record);
    await this.#enroller.refuseOthers(others, ownerWords(plan.enrolled.byCanary ? record : undefined));
    return { kind: 'follow', deployment, plan: this.#withoutTaken(record, plan.enrolled) };
  }

  /** A host has one owner: who claims it later does without it, and is told so. */
  #withoutTaken(record: Canary | undefined, plan: Enrolled): Enrolled {
    if (record === undefined || plan.spec.service.hosts.length === 0) return plan;
    const { records } = this.#options.world;
    const taken = takenHosts(record, plan.spec, (host) => records.claiming(host));
    if (taken.size === 0) return plan;
    const hosts = plan.spec.service.hosts.filter((host) => !taken.has(host));
    const words = [...taken].map(([host, other]) => `the host ${host} is that of Canary ${nameOf(other)}`).join(', ');
    const message = `${words}, which was there first; it is left out here until one of the two gives it up`;
    const invalid = plan.invalid === undefined ? message : `${plan.invalid}\n${message}`;
    return { ...plan, spec: { ...plan.spec, service: { ...plan.spec.service, hosts } }, invalid };
  }

  /** Nothing can be followed: the gate stays as it is, and the record, if there is one, says why. */
  async #unusable(key: string, message: string): Promise<Entered> {
    const { client, world, onUnusable } = this.#options;
    onUnusable(key, message);
    for (const record of world.records.about(key)) {
      const state = stateOf(record.status);
      if (state === undefined) {
        await this.#enroller.refuse(record, 'InvalidSpec', message);
        continue;
      }
      const view = { spec: undefined, route: undefined, strategy: undefined, generation: record.metadata.generation };
      world.put(await commit(client, record, statusOf({ ...view, state, before: record.status, invalid: message })));
    }
    return nothing();
  }
}
