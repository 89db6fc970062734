import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { Config } from '../config.ts';
import { type Running, startInOrder } from '../process/lifecycle.ts';
import type { Canary } from '../rollout/machine/canary.ts';
import { HookRunner } from './hooks/hook-runner.ts';
import { tracedCaller } from './hooks/traced-caller.ts';
import { makeTick } from './make-tick.ts';
import { makeNoticeSender, noticesOf, pendingOutboxes } from './notices/make-notice-sender.ts';
import type { NoticeSender } from './notices/notice-sender.ts';
import { Carriers } from './queue/carriers.ts';
import { ChangeWakes } from './queue/change-wakes.ts';
import { type Connections, connect } from './queue/connections.ts';
import { Heartbeat } from './queue/heartbeat.ts';
import { KeyedExecutor } from './queue/keyed-executor.ts';
import { LastLooks } from './queue/last-looks.ts';
import { Resync } from './queue/resync.ts';
import { urgencyIn } from './queue/urgency.ts';
import { type WakeJob, WakeQueue } from './queue/wake-queue.ts';
import { WakeWorker } from './queue/wake-worker.ts';
import type { SchedulerOptions } from './scheduler-options.ts';
import { EventRecorder } from './tick/event-recorder.ts';
import type { Tick } from './tick/tick.ts';
import { ConfigKey } from './world/config/config-key.ts';
import { World } from './world/world.ts';

const RETRY_MS = 1_000;

/** The queues in Redis that a scheduler works on. */
export const queuesOf = ({ queue }: Pick<Config, 'queue'>): string[] => [queue, noticesOf(queue)];

/** The process that carries releases on: watches and timers wake ticks, ticks change the world. */
export class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #world: World;
  readonly #hooks: HookRunner;
  readonly #tick: Tick;
  readonly #ticks: KeyedExecutor;
  readonly #looks = new LastLooks();
  readonly #carriers = new Carriers();
  readonly #changes: ChangeWakes;
  readonly #events: EventRecorder;
  readonly #connections: Connections;
  readonly #wakeQueue: WakeQueue;
  readonly #worker: WakeWorker;
  readonly #notices: NoticeSender;
  readonly #heartbeat: Heartbeat;
  readonly #resync: Resync;
  /** Names this process, and no other before or after it: a hook call is waited for by the process that made it. */
  readonly #self = `${hostname()}/${randomBytes(4).toString('hex')}`;
  #ready = false;
  #running: Running | undefined;

  constructor(options: SchedulerOptions) {
    const { config, client, log, metrics, tracing, clock } = options;
    this.#options = options;
    const onError = (error: unknown) => log.warn({ err: error }, 'the scheduler met an error and goes on');
    this.#world = this.#makeWorld(onError);
    metrics.canaries.watch(() => this.#world.records.list());
    this.#events = new EventRecorder(client, log, metrics, clock);
    // Without the way through Redis: only this process has the answer.
    const caller = tracedCaller(options.caller, tracing);
    this.#hooks = new HookRunner({ caller, look: (key) => this.#ticks.run(key), clock });
    this.#ticks = new KeyedExecutor((key) => this.#runOnce(key));
    this.#connections = connect({ config, queues: queuesOf(config), log, metrics });
    const [blocking, commands] = this.#connections;
    this.#notices = this.#makeNoticeSender(onError);
    this.#tick = this.#makeTick();
    const { queue, concurrency } = config;
    this.#wakeQueue = new WakeQueue({
      name: queue,
      connection: commands,
      runHere: (job) => void this.#look(job),
      urgencyOf: (key) => urgencyIn(this.#world, key),
      clock,
    });
    this.#changes = new ChangeWakes({
      looks: this.#looks,
      carriers: this.#carriers,
      ticks: this.#ticks,
      wakeQueue: this.#wakeQueue,
      recordsOf: (key) => this.#world.records.about(key),
      look: (job) => void this.#look(job),
      concurrency,
      clock,
    });
    const worker = { queue, concurrency, connection: blocking, clock, onError };
    this.#worker = new WakeWorker({
      ...worker,
      run: (job) => this.#taken(job),
      postpone: (job) => this.#wakeQueue.postpone(job),
    });
    this.#heartbeat = new Heartbeat({
      wakeQueue: this.#wakeQueue,
      redisAnswers: () => commands.status === 'ready',
      oldestTickMs: () => this.#ticks.oldestMs(),
    });
    this.#resync = new Resync({
      client,
      world: this.#world,
      namespaces: config.namespaces,
      excludedNamespaces: config.excludedNamespaces,
      intervalMs: config.resyncIntervalMs,
      clock,
      wakeQueue: this.#wakeQueue,
      looks: this.#looks,
      sendNotices: () => this.#notices.sendAll(pendingOutboxes(this.#world)),
      onCount: (held) => metrics.held.set(held),
      onExcluded: (canary) => log.warn({ canary }, 'its namespace is excluded: it is not followed any more'),
      onError,
    });
    // After the queue's own: it has forgotten then what Redis may have lost.
    commands.on('ready', () => this.#afterOutage());
  }

  #makeWorld(onError: (error: unknown) => void): World {
    const { client, config, metrics, provider } = this.#options;
    return new World({
      client,
      provider,
      namespaces: config.namespaces,
      excludedNamespaces: config.excludedNamespaces,
      trackedConfig: config.trackedConfig,
      configKey: new ConfigKey(client, config.namespace, config.configKeySecret),
      onError,
      onChange: (key) => this.#changed(key),
      onRestart: (resource, reason) => metrics.watchRestarts.inc({ resource, reason }),
      onClosed: () => metrics.releaseWatches.set(this.#world.releaseWatches),
      onForgotten: (key) => this.#tick.forget(key),
      onMissed: (resource, count) => metrics.watchMissed.inc({ resource }, count),
    });
  }

  #makeNoticeSender(onError: (error: unknown) => void): NoticeSender {
    const { config, alerts, client, log, metrics, caller, guard } = this.#options;
    const [working, posting] = this.#connections;
    const { namespace, queue } = config;
    const runTick = (key: string) => this.#ticks.run(key);
    const parts = { client, world: this.#world, events: this.#events, log, metrics, caller, guard };
    return makeNoticeSender({ ...parts, settings: alerts, namespace, queue, posting, working, runTick, onError });
  }

  #makeTick(): Tick {
    const [world, events, hooks, notices] = [this.#world, this.#events, this.#hooks, this.#notices];
    const onAnswer = (key: string) => this.#changes.learned(key);
    const onTurn = (key: string) => this.#changed(key);
    const onLook = (key: string) => this.#looked(key);
    const onCommitted = (record: Canary) => this.#carriers.note(record);
    const told = { onLook, onAnswer, onTurn, onCommitted };
    return makeTick(this.#options, { world, events, hooks, notices, self: this.#self, ...told });
  }

  /**
   * Resolves when the watches are filled. Stopping goes the other way: no new work, then running jobs end, questions to hooks are
   * handed over, ticks end, their Events are posted, and last what they use is closed.
   */
  async start(): Promise<void> {
    this.#running = await startInOrder([
      { stop: () => this.#disconnect() },
      this.#world,
      { stop: () => this.#wakeQueue.close().catch(() => undefined) },
      { stop: () => this.#events.flush() },
      { stop: () => this.#ticks.idle() },
      // Its last looks hand over what it asks, to others than this one.
      this.#hooks,
      [this.#worker, this.#notices],
      [this.#resync, this.#heartbeat, this.#changes],
      { start: () => this.#setReady(true), stop: () => this.#setReady(false) },
    ]);
  }

  async stop(): Promise<void> {
    await this.#running?.stop();
  }

  isReady = (): boolean => this.#ready;
  isAlive = (): boolean => !this.#ready || this.#heartbeat.isAlive();

  /** A hint from elsewhere in this process (the webhook, in `headgate all`). */
  wake(key: string): void {
    this.#wakeQueue.now(key);
  }

  #setReady(ready: boolean): void {
    this.#ready = ready;
  }

  #disconnect(): void {
    for (const connection of this.#connections) connection.disconnect();
  }

  #changed(key: string): void {
    if (!this.#resync.takes(key)) this.#changes.noticed(key);
  }

  /** What was noticed so far, echoes of its own writes among it, a tick sees in its next round. */
  #looked(key: string): void {
    this.#looks.begin(key, this.#options.clock());
    this.#ticks.begunAnew(key);
    this.#changes.answered(key);
  }

  /** Redis may have lost its timers: what is under way is woken again. */
  #afterOutage(): void {
    if (this.#ready) this.#resync.run();
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
    if (this.#looks.covers({ key, dueAt }, now)) return this.#ticks.join(key);
    if (!isPrecaution) this.#options.metrics.tickLateness.observe(Math.max(now - dueAt, 0) / 1_000);
    await this.#ticks.run(key);
  }

  async #runOnce(key: string): Promise<void> {
    const { metrics, tracing, log, clock } = this.#options;
    const end = metrics.tickDuration.startTimer();
    try {
      const wakeAt = await tracing.tick(this.#world.records.about(key), () => this.#tick.run(key));
      metrics.ticks.inc({ outcome: 'done' });
      if (wakeAt !== undefined) this.#setTimer(key, Math.max(wakeAt, clock() + 1));
    } catch (error) {
      metrics.ticks.inc({ outcome: 'error' });
      log.warn({ canary: key, err: error }, 'a tick failed; it is tried again');
      this.#setTimer(key, clock() + RETRY_MS);
    } finally {
      metrics.releaseWatches.set(this.#world.releaseWatches);
      end();
    }
  }

  /** One that is set again has the same job id: BullMQ keeps the one that is there. */
  #setTimer(key: string, at: number): void {
    this.#looks.planned(key, at);
    this.#wakeQueue.at(key, at);
  }
}
