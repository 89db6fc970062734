import type { Redis } from 'ioredis';
import type { Config } from '../../config.ts';
import type { Part } from '../../process/lifecycle.ts';
import type { Canary } from '../../rollout/machine/canary.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import type { World } from '../world/world.ts';
import { Carriers } from './carriers.ts';
import { ChangeWakes } from './change-wakes.ts';
import type { Connections } from './connections.ts';
import { Heartbeat } from './heartbeat.ts';
import { KeyedExecutor } from './keyed-executor.ts';
import { LastLooks } from './last-looks.ts';
import { urgencyIn } from './urgency.ts';
import { type WakeJob, WakeQueue } from './wake-queue.ts';
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
  readonly carriers = new Carriers();
  readonly queue: WakeQueue;
  readonly #options: WakesOptions;
  readonly #ticks: KeyedExecutor;
  readonly #changes: ChangeWakes;
  readonly #worker: WakeWorker;
  readonly #heartbeat: Heartbeat;

  constructor(options: WakesOptions) {
    this.#options = options;
    const { config, connections, world, clock, onError } = options;
    const [blocking, commands] = connections;
    const { concurrency } = config;
    this.#ticks = new KeyedExecutor((key) => this.#runOnce(key));
    this.queue = this.#makeQueue(commands);
    this.#changes = new ChangeWakes({
      looks: this.looks,
      carriers: this.carriers,
      ticks: this.#ticks,
      wakeQueue: this.queue,
      recordsOf: (key) => world.records.about(key),
      look: (job) => void this.#look(job),
      concurrency,
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
      redisAnswers: () => commands.status === 'ready',
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
    return [this.#heartbeat, this.#changes];
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

  /** Looks at once, without Redis. Resolves when a look that began after this call has ended. */
  run(key: string): Promise<void> {
    return this.#ticks.run(key);
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
    this.looks.begin(key, this.#options.clock());
    this.#ticks.begunAnew(key);
    this.#changes.answered(key);
  }

  /** This process has committed another state of a record. */
  committed(record: Canary): void {
    this.carriers.note(record);
  }

  /** A job that came through Redis; heartbeats among them tell of the queue where nothing else is under way. */
  async #taken(job: WakeJob): Promise<void> {
    const { metrics, clock } = this.#options;
    if (!job.isPrecaution) metrics.queueLag.set(Math.max(clock() - job.dueAt, 0) / 1_000);
    metrics.queueTaken.set(clock() / 1_000);
    this.#heartbeat.beat();
    if (job.key !== '') await this.#look(job);
  }

  /** Says nothing of the queue, as it may not have come from there. */
  async #look({ key, dueAt, isPrecaution }: WakeJob): Promise<void> {
    const now = this.#options.clock();
    // A job is done when the look is: if this process dies first, another takes it.
    if (this.looks.covers({ key, dueAt }, now)) return this.#ticks.join(key);
    if (!isPrecaution) this.#options.metrics.tickLateness.observe(Math.max(now - dueAt, 0) / 1_000);
    await this.#ticks.run(key);
  }

  /** A timer that is set again has the same job id: BullMQ keeps the one that is there. */
  async #runOnce(key: string): Promise<void> {
    const wakeAt = await this.#options.run(key);
    if (wakeAt === undefined) return;
    const at = Math.max(wakeAt, this.#options.clock() + 1);
    this.looks.planned(key, at);
    this.queue.at(key, at);
  }
}
