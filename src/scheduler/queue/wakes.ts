import type { Redis } from 'ioredis';
import type { Config } from '../../config.ts';
import type { Part } from '../../process/lifecycle.ts';
import type { Canary } from '../../rollout/machine/canary.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import type { World } from '../world/world.ts';
import { isDueBefore, isSettled } from './by-turn.ts';
import { type Carrier, Carriers } from './carriers.ts';
import { ChangeWakes } from './change-wakes.ts';
import type { Connections } from './connections.ts';
import { Heartbeat } from './heartbeat.ts';
import { KeyedExecutor } from './keyed-executor.ts';
import { LastLooks } from './last-looks.ts';
import { Timers } from './timers.ts';
import { urgencyIn } from './urgency.ts';
import { comesAt, isPrecaution, type WakeJob, WakeQueue } from './wake-queue.ts';
import { WakeWorker } from './wake-worker.ts';

export interface WakesOptions {
  config: Pick<Config, 'queue' | 'concurrency'>;
  connections: Connections;
  world: Pick<World, 'enrolled' | 'records'>;
  /** Looks at the Deployment of a key. Resolves to when the next look is to be, milliseconds since the epoch; undefined: when something changes. */
  run: (key: string) => Promise<number | undefined>;
  metrics: Pick<Metrics, 'queueLag' | 'queueTaken' | 'tickLateness'>;
  /** Milliseconds since the epoch. */
  clock: () => number;
  onError: (error: unknown) => void;
}

/** When this process looks at which Deployment: what it is woken by, and that it is woken. */
export class Wakes {
  readonly looks = new LastLooks();
  readonly queue: WakeQueue;
  readonly timers: Timers;
  readonly #options: WakesOptions;
  readonly #carriers: Carriers;
  /** What another one did not look at in its time, and this one does. */
  readonly #replaced = new Set<string>();
  readonly #ticks: KeyedExecutor;
  readonly #changes: ChangeWakes;
  readonly #worker: WakeWorker;
  readonly #heartbeat: Heartbeat;

  constructor(options: WakesOptions) {
    this.#options = options;
    const { config, connections, world, clock, onError } = options;
    const [blocking, commands] = connections;
    const { concurrency } = config;
    this.#carriers = new Carriers(clock);
    this.#ticks = new KeyedExecutor((key) => this.#runOnce(key));
    this.queue = this.#makeQueue(commands);
    this.#changes = new ChangeWakes({
      looks: this.looks,
      carriers: this.#carriers,
      ticks: this.#ticks,
      wakeQueue: this.queue,
      recordsOf: (key) => world.records.about(key),
      isSettled: (key, now) => isSettled(world, key, now),
      look: (job) => void this.#look(job),
      concurrency,
      clock,
    });
    this.timers = new Timers({
      wakeQueue: this.queue,
      carrierOf: (key) => this.carrierOf(key),
      onDue: (job) => this.lookHere(job),
      clock,
    });
    this.#worker = new WakeWorker({
      queue: config.queue,
      concurrency,
      connection: blocking,
      run: (job) => this.#taken(job),
      postpone: (job) => this.queue.postpone(job),
      clock,
      onError,
    });
    this.#heartbeat = new Heartbeat({
      wakeQueue: this.queue,
      redisAnswers: () => this.redisAnswers(),
      oldestTickMs: () => this.#ticks.oldestMs(),
    });
  }

  #makeQueue(connection: Redis): WakeQueue {
    const { config, world, clock } = this.#options;
    return new WakeQueue({
      name: config.queue,
      connection,
      runHere: (job) => void this.#look(job),
      urgencyOf: (key) => urgencyIn(world, key),
      clock,
    });
  }

  /** The parts of a process that end in this order: nothing wakes, then no job is taken, then ticks end, then nothing is asked for. */
  get waking(): readonly Part[] {
    return [this.#heartbeat, this.#changes, this.timers];
  }

  get taking(): Part {
    return this.#worker;
  }

  get ticking(): Part {
    return { stop: () => this.#ticks.idle() };
  }

  get asking(): Part {
    return { stop: () => this.queue.close().catch(() => undefined) };
  }

  isAlive(): boolean {
    return this.#heartbeat.isAlive();
  }

  redisAnswers(): boolean {
    return this.#options.connections[1].status === 'ready';
  }

  /** Who carries the releases of a Deployment on. */
  carrierOf(key: string): Carrier {
    return this.#carriers.of(this.#options.world.records.about(key));
  }

  /** Looks at once, without Redis. Resolves when a look that began after this call has ended. */
  run(key: string): Promise<void> {
    return this.#ticks.run(key);
  }

  /** Looks without Redis; false where this process has enough to do: a look then waits for its turn with all others. */
  lookHere(job: WakeJob): boolean {
    if (this.#ticks.size >= this.#options.config.concurrency) return this.#ticks.rerun(job.key);
    void this.#look(job);
    return true;
  }

  /** Something about the Deployment is another than it was, and every scheduler sees it. */
  noticed(key: string): void {
    this.#changes.noticed(key);
  }

  /** Something is known that this process alone asked for. */
  learned(key: string): void {
    this.#changes.learned(key);
  }

  /** A look begins. What was noticed so far, echoes of its own writes among it, it sees. */
  begun(key: string): void {
    const { world, clock } = this.#options;
    this.looks.begin(key, clock());
    this.#carriers.see(world.records.about(key));
    this.#ticks.begunAnew(key);
    this.#changes.answered(key);
  }

  /** Who carries its releases on cannot, as its look failed: anybody may be next. */
  giveUp(key: string): void {
    this.#carriers.giveUp(this.#options.world.records.about(key));
  }

  /** This process has committed another state of a record. */
  committed(record: Canary): void {
    this.#carriers.note(record);
  }

  /** A job that came through Redis; heartbeats among them tell of the queue where nothing else is under way. */
  async #taken(job: WakeJob): Promise<void> {
    const { metrics, clock } = this.#options;
    if (!isPrecaution(job)) metrics.queueLag.set(Math.max(clock() - comesAt(job), 0) / 1_000);
    metrics.queueTaken.set(clock() / 1_000);
    this.#heartbeat.beat();
    if (job.key === '') return;
    // Two of them would decide the same, and one lose the race for each write.
    if (job.purpose === 'hint' && this.carrierOf(job.key) === 'others') this.noticed(job.key);
    else await this.#look(job);
  }

  /** Says nothing of the queue, as it may not have come from there. */
  async #look(job: WakeJob): Promise<void> {
    const { key, dueAt } = job;
    const now = this.#options.clock();
    // A job is done when the look is: if this process dies first, another takes it.
    if (this.looks.covers(job, now)) return this.#ticks.join(key);
    if (isPrecaution(job) && this.#isAnswered(job, now)) return;
    if (job.purpose === 'backup') this.#replaced.add(key);
    if (this.#isAwaited(job, now)) this.#options.metrics.tickLateness.observe(Math.max(now - dueAt, 0) / 1_000);
    await this.#ticks.run(key);
  }

  /** Another scheduler has looked since, and left nothing to be done. */
  #isAnswered({ key, dueAt }: WakeJob, now: number): boolean {
    const { world } = this.#options;
    return this.#carriers.othersSince(world.records.about(key), dueAt) && isSettled(world, key, now);
  }

  /** Whether its lateness tells of late work. A backup may have come while who carries the release on is at it. */
  #isAwaited(job: WakeJob, now: number): boolean {
    return !isPrecaution(job) && (job.purpose !== 'backup' || isDueBefore(this.#options.world, job.key, now));
  }

  /** Who takes the place of another, and has nothing to commit, carries nothing on yet: what is next is for anybody, at its time. */
  async #runOnce(key: string): Promise<void> {
    const wakeAt = await this.#options.run(key);
    if (this.#replaced.delete(key) && this.carrierOf(key) === 'others') this.giveUp(key);
    const at = wakeAt === undefined ? undefined : Math.max(wakeAt, this.#options.clock() + 1);
    if (at !== undefined) this.looks.planned(key, at);
    this.timers.set(key, at);
  }
}
