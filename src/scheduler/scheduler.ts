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
import { type Connections, connect } from './queue/connections.ts';
import { Resync } from './queue/resync.ts';
import { Wakes } from './queue/wakes.ts';
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
  readonly #wakes: Wakes;
  readonly #events: EventRecorder;
  readonly #connections: Connections;
  readonly #notices: NoticeSender;
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
    this.#hooks = new HookRunner({ caller, look: (key) => this.#wakes.run(key), clock });
    this.#connections = connect({ config, queues: queuesOf(config), log, metrics });
    this.#wakes = new Wakes({
      config,
      connections: this.#connections,
      world: this.#world,
      run: (key) => this.#runTick(key),
      metrics,
      clock,
      onError,
    });
    this.#notices = this.#makeNoticeSender(onError);
    this.#tick = this.#makeTick();
    this.#resync = new Resync({
      client,
      world: this.#world,
      namespaces: config.namespaces,
      excludedNamespaces: config.excludedNamespaces,
      intervalMs: config.resyncIntervalMs,
      clock,
      wakeQueue: this.#wakes.queue,
      looks: this.#wakes.looks,
      timers: this.#wakes.timers,
      carrierOf: (key) => this.#wakes.carrierOf(key),
      lookHere: (job) => this.#wakes.lookHere(job),
      redisAnswers: () => this.#wakes.redisAnswers(),
      sendNotices: () => this.#notices.sendAll(pendingOutboxes(this.#world)),
      onCount: (held) => metrics.held.set(held),
      onExcluded: (canary) => log.warn({ canary }, 'its namespace is excluded: it is not followed any more'),
      onError,
    });
    this.#connections[1].on('ready', () => this.#afterOutage());
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
    const { config, alerts, client, log, metrics, caller, guard, clock } = this.#options;
    const [working, posting] = this.#connections;
    const { namespace, queue } = config;
    const runTick = (key: string) => this.#wakes.run(key);
    const parts = { client, world: this.#world, events: this.#events, log, metrics, caller, guard, clock };
    return makeNoticeSender({ ...parts, settings: alerts, namespace, queue, posting, working, runTick, onError });
  }

  #makeTick(): Tick {
    const [world, events, hooks, notices] = [this.#world, this.#events, this.#hooks, this.#notices];
    const onAnswer = (key: string) => this.#wakes.learned(key);
    const onTurn = (key: string) => this.#changed(key);
    const onLook = (key: string) => this.#wakes.begun(key);
    const onCommitted = (record: Canary) => this.#wakes.committed(record);
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
      this.#wakes.asking,
      { stop: () => this.#events.flush() },
      this.#wakes.ticking,
      // Its last looks hand over what it asks, to others than this one.
      this.#hooks,
      [this.#wakes.taking, this.#notices],
      [this.#resync, ...this.#wakes.waking],
      { start: () => this.#setReady(true), stop: () => this.#setReady(false) },
    ]);
  }

  async stop(): Promise<void> {
    await this.#running?.stop();
  }

  isReady = (): boolean => this.#ready;
  isAlive = (): boolean => !this.#ready || this.#wakes.isAlive();

  /** A hint from elsewhere in this process (the webhook, in `headgate all`). */
  wake(key: string): void {
    this.#wakes.queue.hint(key);
  }

  #setReady(ready: boolean): void {
    this.#ready = ready;
  }

  #disconnect(): void {
    for (const connection of this.#connections) connection.disconnect();
  }

  #changed(key: string): void {
    if (!this.#resync.takes(key)) this.#wakes.noticed(key);
  }

  /** Redis may have lost its timers: what is under way is woken again. */
  #afterOutage(): void {
    this.#wakes.timers.forgetRedis();
    if (this.#ready) this.#resync.afterOutage();
  }

  /** @return when the next look is to be */
  async #runTick(key: string): Promise<number | undefined> {
    const { metrics, tracing, log, clock } = this.#options;
    const end = metrics.tickDuration.startTimer();
    try {
      const wakeAt = await tracing.tick(this.#world.records.about(key), () => this.#tick.run(key));
      metrics.ticks.inc({ outcome: 'done' });
      return wakeAt;
    } catch (error) {
      metrics.ticks.inc({ outcome: 'error' });
      log.warn({ canary: key, err: error }, 'a tick failed; it is tried again');
      this.#wakes.giveUp(key);
      return clock() + RETRY_MS;
    } finally {
      metrics.releaseWatches.set(this.#world.releaseWatches);
      end();
    }
  }
}
