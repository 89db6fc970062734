import { COMMAND, COMMAND_BY } from '../src/rollout/keys.ts';
import type { Deployment } from '../src/rollout/kube.ts';
import type { Release, RolloutState } from '../src/rollout/machine/state.ts';
import { stateOf } from '../src/rollout/machine/status.ts';
import type { RolloutSpec } from '../src/rollout/spec/spec-types.ts';
import { revisionOf } from '../src/rollout/workload/template.ts';
import { deployment, START, service } from './build.ts';
import { Cluster, isOwnedBy } from './simulation/cluster.ts';
import { deadlineOf, syncAll } from './simulation/controller.ts';
import { request } from './simulation/gate.ts';
import { Crash, Ticker } from './simulation/scheduler.ts';

const CONTROLLER_MS = 50;
const WATCH_MS = 20;
const RESYNC_MS = 30_000;
const RESTART_MS = 1_000;
const LAG_MS = 40;
/** More ticks than this without the clock moving on a second are a loop that burns a processor. */
const MOST_TICKS_A_SECOND = 60;

/**
 * One enrolled Deployment in a small world with a clock: users, the webhook, the Deployment controller and the scheduler's
 * tick. Pure: nothing in it waits or reads a clock. A model for traces and properties, not a stand-in for an API server.
 */
export class Simulation {
  readonly cluster: Cluster;
  readonly ticker: Ticker;
  webhook = true;
  scheduler = true;
  readonly #colleagues: Ticker[] = [];
  #syncAt = Infinity;
  #tickAt = Infinity;
  #wakeAt = Infinity;
  #resyncAt: number;
  #ticks: { second: number; count: number } = { second: 0, count: 0 };

  constructor(spec: RolloutSpec, object: Deployment = deployment()) {
    const { status: _status, ...fresh } = object;
    this.cluster = new Cluster(fresh as Deployment, START);
    this.cluster.putService(service());
    this.ticker = new Ticker(this.cluster, spec);
    this.#resyncAt = START + RESYNC_MS;
    this.touched();
  }

  /** Enrolled, rolled out and recorded; what it took is not counted. */
  static ready(spec: RolloutSpec, object?: Deployment): Simulation {
    const made = new Simulation(spec, object);
    made.advance(10_000);
    Object.assign(made.ticker.requests, { commits: 0, writes: 0, reads: 0 });
    return made;
  }

  /** Another worker on the same cluster, with watches of its own. */
  colleague(): Ticker {
    const other = new Ticker(this.cluster, this.ticker.spec);
    other.self = `scheduler-${this.#colleagues.length + 2}`;
    other.answer = (metric, revision) => this.ticker.answer(metric, revision);
    other.onRound = (round) => this.ticker.onRound(round);
    this.#colleagues.push(other);
    return other;
  }

  get now(): number {
    return this.cluster.now;
  }

  /** What the Canary remembers. */
  get state(): RolloutState {
    const state = stateOf(this.cluster.record?.status);
    if (state === undefined) throw new Error('there is no record yet');
    return state;
  }

  get release(): Release | undefined {
    return this.state.release;
  }

  /** A user's request, through the webhook; what became of it. */
  user(change: (object: Deployment) => void): string {
    const outcome = request(this.cluster, this.webhook, change);
    this.touched();
    return outcome;
  }

  setImage(tag: string): string {
    return this.user(({ spec }) => {
      for (const container of spec.template.spec.containers) container.image = `podinfo:${tag}`;
    });
  }

  /** Breaks, or mends, the pods of the Deployment or of its canary. */
  breakPods(which: 'stable' | 'canary', broken: boolean): void {
    const owner = which === 'canary' ? this.cluster.canary : this.cluster.deployment;
    const names = this.cluster.sets
      .filter(({ metadata }) => metadata.ownerReferences?.some(({ uid }) => uid === owner?.metadata.uid))
      .map(({ metadata }) => metadata.name);
    this.cluster.pods = this.cluster.pods.map((pod) => {
      if (!names.includes(pod.set)) return pod;
      return broken ? { ...pod, brokenAt: this.now } : { ...pod, readyAt: this.now, brokenAt: Infinity };
    });
    this.cluster.unsynced = true;
    this.touched();
  }

  /** One ready pod of the canary is deleted, or its container ends. */
  loseCanaryPod(how: 'evicted' | 'crashed'): string | undefined {
    const { cluster, now } = this;
    const names = cluster.sets.filter((set) => isOwnedBy(set, cluster.canary)).map(({ metadata }) => metadata.name);
    const lost = cluster.pods.find(
      ({ set, readyAt, brokenAt }) => names.includes(set) && readyAt <= now && now < brokenAt,
    );
    if (lost === undefined) return 'there is none';
    const others = cluster.pods.filter((pod) => pod !== lost);
    cluster.pods = how === 'evicted' ? others : [...others, { ...lost, brokenAt: now, crashes: true }];
    cluster.unsynced = true;
    this.touched();
    return undefined;
  }

  command(action: string, id: string): void {
    const { record } = this.cluster;
    if (record === undefined) return;
    const by = this.webhook ? { [COMMAND_BY]: 'jane' } : {};
    const annotations = { [COMMAND]: JSON.stringify({ id, action }), ...by };
    this.cluster.putRecord({ ...record, metadata: { ...record.metadata, annotations } });
    this.touched();
  }

  /** After any change from outside: whoever watches will look. */
  touched(): void {
    if (this.cluster.unsynced) this.#syncAt = Math.min(this.#syncAt, this.now + CONTROLLER_MS);
    if (this.cluster.dirty) this.#tickAt = Math.min(this.#tickAt, this.now + WATCH_MS);
    this.cluster.dirty = false;
  }

  advance(ms: number): void {
    const end = this.now + ms;
    for (let next = this.#next(); next <= end; next = this.#next()) {
      this.cluster.now = Math.max(next, this.now);
      this.#step();
    }
    this.cluster.now = end;
  }

  #next(): number {
    const { pods, deployment: stable, canary, now } = this.cluster;
    const later = (time: number) => (time > now ? time : Infinity);
    const { listedAfterMs } = this.cluster;
    const podTimes = pods.flatMap(({ readyAt, brokenAt }) => [readyAt, readyAt + listedAfterMs, brokenAt].map(later));
    const deadlines = [stable, ...(canary ? [canary] : [])].map((owner) => later(deadlineOf(owner)));
    return Math.min(this.#syncAt, this.#tickAt, this.#wakeAt, this.#resyncAt, ...podTimes, ...deadlines);
  }

  #step(): void {
    const { now } = this;
    if (now >= this.#resyncAt) this.#resyncAt = now + RESYNC_MS;
    const resync = this.#resyncAt === now + RESYNC_MS;
    if (this.cluster.unsynced ? now >= this.#syncAt : true) this.#sync();
    const { pods, listedAfterMs } = this.cluster;
    if (listedAfterMs > 0 && pods.some(({ readyAt }) => readyAt + listedAfterMs === now)) this.cluster.dirty = true;
    for (const colleague of this.#colleagues) colleague.deliver();
    if (now >= this.#tickAt || now >= this.#wakeAt || resync) this.tick();
    this.touched();
  }

  #sync(): void {
    this.#syncAt = Infinity;
    syncAll(this.cluster);
  }

  /** One run of the scheduler; a crash is followed by a new process a second later. */
  tick(): void {
    this.#tickAt = Infinity;
    this.#wakeAt = Infinity;
    if (!this.scheduler) return;
    this.#countTick();
    try {
      const wakeAt = this.ticker.run();
      if (wakeAt !== undefined) this.#wakeAt = Math.max(wakeAt, this.now + 1);
      if (this.ticker.lagged) this.#tickAt = this.now + LAG_MS;
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
      this.ticker.restart();
      this.#wakeAt = this.now + RESTART_MS;
    }
  }

  #countTick(): void {
    const second = Math.floor(this.now / 1_000);
    this.#ticks = second === this.#ticks.second ? { second, count: this.#ticks.count + 1 } : { second, count: 1 };
    if (this.#ticks.count > MOST_TICKS_A_SECOND) throw new Error('the scheduler spins: a wake that lies in the past');
  }

  /** Revision to image tag, for people. */
  tagOf(object: Deployment = this.cluster.deployment): [revision: string, tag: string] {
    const image = object.spec.template.spec.containers[0]?.image ?? '';
    const { template } = object.spec;
    return [revisionOf(template), (image.split(':')[1] ?? image) + this.cluster.config.wordsOf(template)];
  }
}
