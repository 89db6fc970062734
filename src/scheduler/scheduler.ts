import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { Redis } from 'ioredis';
import { Prometheus } from '../analysis/prometheus.ts';
import type { ProviderClient } from '../analysis/provider-client.ts';
import type { KubeClient } from '../cluster/client.ts';
import type { Config } from '../config.ts';
import type { HookCaller } from '../hooks/call.ts';
import type { CallGuard } from '../hooks/call-guard.ts';
import type { AlertSettings } from '../notify/settings.ts';
import { type Running, startInOrder } from '../process/lifecycle.ts';
import type { Effect } from '../rollout/machine/effects.ts';
import type { Logger } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { TrafficProvider } from '../traffic/provider.ts';
import { HookRunner } from './hooks/hook-runner.ts';
import { MetricTemplates } from './metric-templates/metric-templates.ts';
import { makeNoticeSender, noticesOf, pendingOutboxes } from './notices/make-notice-sender.ts';
import type { NoticeSender } from './notices/notice-sender.ts';
import { Heartbeat } from './queue/heartbeat.ts';
import { KeyedExecutor } from './queue/keyed-executor.ts';
import { blockingConnection, commandConnection } from './queue/redis.ts';
import { reportRedis } from './queue/redis-report.ts';
import { Resync } from './queue/resync.ts';
import { type WakeJob, WakeQueue } from './queue/wake-queue.ts';
import { WakeWorker } from './queue/wake-worker.ts';
import { Applier } from './tick/apply.ts';
import { Claimants } from './tick/claimants.ts';
import { WatchedDismantler } from './tick/dismantle.ts';
import { Enrolment } from './tick/enrolment.ts';
import { EventRecorder } from './tick/event-recorder.ts';
import { Observer } from './tick/observe.ts';
import { Tick } from './tick/tick.ts';
import { UnknownLog } from './tick/unknown-log.ts';
import { World } from './world/world.ts';

export interface SchedulerOptions {
  config: Config;
  alerts: AlertSettings;
  client: KubeClient;
  /** What divides traffic. */
  provider: TrafficProvider;
  log: Logger;
  metrics: Metrics;
  caller: HookCaller;
  guard: CallGuard;
  /** Asks the providers of MetricTemplates. */
  providers: ProviderClient;
}

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
  readonly #events: EventRecorder;
  readonly #connections: [Redis, Redis];
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
    const { config, client, log, metrics, caller } = options;
    this.#options = options;
    const onError = (error: unknown) => log.warn({ err: error }, 'the scheduler met an error and goes on');
    this.#world = this.#makeWorld(onError);
    this.#events = new EventRecorder(client, log, metrics);
    // Without the way through Redis: only this process has the answer.
    this.#hooks = new HookRunner({ caller, onAnswer: (key) => void this.#ticks.run(key) });
    this.#ticks = new KeyedExecutor((key) => this.#runOnce(key));
    this.#connections = [blockingConnection(config), commandConnection(config)];
    const [blocking, commands] = this.#connections;
    blocking.on('error', (error) => log.debug({ err: error }, 'redis'));
    reportRedis(commands, config, queuesOf(config), log);
    this.#notices = this.#makeNoticeSender(onError);
    this.#tick = this.#makeTick();
    this.#wakeQueue = new WakeQueue(config.queue, commands, (job) => void this.#run(job));
    const { queue, concurrency } = config;
    this.#worker = new WakeWorker({ queue, concurrency, connection: blocking, run: (job) => this.#run(job), onError });
    this.#heartbeat = new Heartbeat({
      wakeQueue: this.#wakeQueue,
      redisAnswers: () => commands.status === 'ready',
      oldestTickMs: () => this.#ticks.oldestMs(),
    });
    const wake = (key: string) => this.#wakeQueue.now(key);
    const onCount = (held: number) => metrics.held.set(held);
    this.#resync = new Resync({
      client,
      world: this.#world,
      namespaces: config.namespaces,
      excludedNamespaces: config.excludedNamespaces,
      intervalMs: config.resyncIntervalMs,
      wake,
      sendNotices: () => this.#notices.sendAll(pendingOutboxes(this.#world)),
      onCount,
      onError,
    });
    commands.on('ready', () => this.#afterOutage());
  }

  #makeWorld(onError: (error: unknown) => void): World {
    const { client, config, metrics, provider } = this.#options;
    return new World({
      client,
      provider,
      namespaces: config.namespaces,
      excludedNamespaces: config.excludedNamespaces,
      onError,
      onChange: (key) => this.#changed(key),
      onRestart: (resource, reason) => metrics.watchRestarts.inc({ resource, reason }),
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
    const { client, config, alerts, log, metrics, provider, providers } = this.#options;
    const { clusterDomain, routeSettleMs: settleMs } = config;
    const onCheck = (verdict: string) => metrics.checks.inc({ verdict });
    const world = this.#world;
    const enrolment = new Enrolment({
      client,
      world,
      claimants: new Claimants(world, provider),
      dismantler: new WatchedDismantler(world, { client, provider, clusterDomain, settleMs }),
      onUnusable: (key, message) => log.warn({ canary: key }, message),
    });
    const prometheus = new Prometheus(config.metricsServer, config.metricsLogin);
    const onAnswer = (key: string) => this.#changed(key);
    const metricTemplates = new MetricTemplates({ client, providers, prometheus, namespace: config.namespace });
    const asked = { prometheus, metricTemplates };
    const observer = new Observer({ world, provider, clusterDomain, ...asked, onCheck, onAnswer });
    return new Tick({
      enrolment,
      client,
      world,
      observer,
      applier: new Applier({ client, world, provider, reads: observer.reads }),
      settleMs,
      scrapeMs: config.scrapeIntervalMs,
      clusterDomain,
      self: this.#self,
      defaultAlerts: [...alerts.receivers.keys()].map((name) => ({ name, severity: alerts.severity })),
      hooks: this.#hooks,
      notices: this.#notices,
      recordFacts: (record, facts) => this.#events.recordFacts(record, facts),
      unknownLog: new UnknownLog(log),
      onEffectError: (key: string, effect: Effect, error: unknown) =>
        log.warn({ canary: key, effect: effect.do, err: error }, 'an effect failed; the next tick repairs it'),
    });
  }

  /**
   * Resolves when the watches are filled. Stopping goes the other way: no new work, then running jobs and ticks end, then
   * their Events are posted, and last what they use is closed.
   */
  async start(): Promise<void> {
    this.#running = await startInOrder([
      { stop: () => this.#disconnect() },
      this.#world,
      { stop: () => this.#wakeQueue.close().catch(() => undefined) },
      { stop: () => this.#events.flush() },
      { stop: () => this.#ticks.idle() },
      [this.#worker, this.#notices],
      [this.#resync, this.#heartbeat, this.#hooks],
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

  /** Most changes are what a running tick wrote itself: it runs once more then, without the way through Redis. */
  #changed(key: string): void {
    if (!this.#ticks.rerun(key)) this.#wakeQueue.now(key);
  }

  /** Redis may have lost its timers: what is under way is woken again. */
  #afterOutage(): void {
    if (this.#ready) this.#resync.run();
  }

  async #run({ key, dueAt }: WakeJob): Promise<void> {
    this.#heartbeat.beat();
    if (key === '') return;
    this.#options.metrics.tickLateness.observe(Math.max(Date.now() - dueAt, 0) / 1_000);
    await this.#ticks.run(key);
  }

  async #runOnce(key: string): Promise<void> {
    const { metrics, log } = this.#options;
    const end = metrics.tickDuration.startTimer();
    try {
      const wakeAt = await this.#tick.run(key);
      metrics.ticks.inc({ outcome: 'done' });
      // A timer that is set again has the same job id: BullMQ keeps the one that is there.
      if (wakeAt !== undefined) this.#wakeQueue.at(key, Math.max(wakeAt, Date.now() + 1));
    } catch (error) {
      metrics.ticks.inc({ outcome: 'error' });
      log.warn({ canary: key, err: error }, 'a tick failed; it is tried again');
      this.#wakeQueue.at(key, Date.now() + RETRY_MS);
    } finally {
      end();
    }
  }
}
