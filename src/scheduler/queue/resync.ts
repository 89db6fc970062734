import type { KubeClient } from '../../cluster/client.ts';
import { KINDS, pathOf } from '../../cluster/kinds.ts';
import { type Coverage, inPages } from '../../cluster/namespaces.ts';
import type { Clock } from '../../cluster/server-clock.ts';
import { RecentMap } from '../../recent-map.ts';
import { CANARY, ENROLLED, HELD } from '../../rollout/keys.ts';
import { type Deployment, keyOf } from '../../rollout/kube.ts';
import { targetOf } from '../../rollout/machine/canary.ts';
import type { World } from '../world/world.ts';
import { byTurn, isDueBefore, mayBeDueBefore } from './by-turn.ts';
import type { Carrier } from './carriers.ts';
import { tellExcluded } from './excluded-records.ts';
import { hasWork } from './has-work.ts';
import type { LastLooks } from './last-looks.ts';
import { PacedPass } from './paced-pass.ts';
import type { Timers } from './timers.ts';
import { BACKUP_MS, type Once, type WakeJob, type WakeQueue } from './wake-queue.ts';

export interface ResyncOptions extends Coverage {
  client: KubeClient;
  world: World;
  intervalMs: number;
  clock: Clock;
  wakeQueue: Pick<WakeQueue, 'now' | 'whenFree'>;
  timers: Pick<Timers, 'set'>;
  /** Who carries the releases of a Deployment on. */
  carrierOf: (key: string) => Carrier;
  /** Looks at a Deployment in this process; false if there is too much to do. */
  lookHere: (job: WakeJob) => boolean;
  /** Whether Redis can be asked: it has the backups of what others carry on. */
  redisAnswers: () => boolean;
  looks: Pick<LastLooks, 'plannedAt' | 'covers' | 'owes' | 'settled' | 'doubt'>;
  /** Sends the notices of all outboxes that are not empty. */
  sendNotices: () => void;
  /** How many Deployments have a revision that is held. */
  onCount: (held: number) => void;
  /** A Canary was followed, and its namespace is excluded since. */
  onExcluded: (key: string) => void;
  onError: (error: unknown) => void;
}

/** Deployments that were annotated while the webhook was away are looked for this often. */
const SWEEP_MS = 300_000;

/** Of the time from one pass to the next, what a pass may take. */
const PASS_SHARE = 0.8;

/** Of so many passes, one looks at what another scheduler carries on. */
const OTHERS_PASSES = 4;

/** Deployments of which it is remembered when that was; any other is looked at sooner. */
const MOST_OTHERS = 20_000;

/**
 * Finds work for which no wake-up came: at start, when Redis is back, and periodically. A Deployment that is woken without
 * need costs a tick from the watches' stores, and no request, but for a Canary without one; one that is to be looked at before the next
 * pass costs a timer. What was asked for, and may have been lost with Redis, is asked for once more, also of a Deployment at rest.
 * What is due first comes first, and all of it is spread over the time until the next pass.
 */
export class Resync {
  readonly #options: ResyncOptions;
  readonly #pass = new PacedPass((key) => this.#ask(key));
  /** What was noticed before the start, which is all that there is, and when: milliseconds since the epoch. */
  readonly #noticed = new Map<string, number>();
  /** Since when each of those that others carry on was left to them, milliseconds since the epoch. */
  readonly #left = new RecentMap<string, number>(MOST_OTHERS);
  /** Schedulers that start together look for the same: it is enough that one of them does, which opens a watch less for each. */
  #once: Once = {};
  /** Until when others that carry releases on may be gone with what Redis had, milliseconds since the epoch. */
  #distrustUntil = 0;
  #isStarted = false;
  #timers: NodeJS.Timeout[] = [];

  constructor(options: ResyncOptions) {
    this.#options = options;
  }

  start(): void {
    const { intervalMs, onError } = this.#options;
    const sweep = () => void this.#sweep().catch(onError);
    this.#timers = [
      setInterval(() => this.run(), intervalMs),
      setInterval(sweep, SWEEP_MS * (0.9 + Math.random() * 0.2)),
    ];
    this.#isStarted = true;
    this.#begin({ onceInMs: intervalMs * PASS_SHARE });
    sweep();
    const { client, onExcluded } = this.#options;
    void tellExcluded(client, this.#options, { onFound: onExcluded, onError }).catch(onError);
  }

  stop(): void {
    for (const timer of this.#timers) clearInterval(timer);
    this.#pass.stop();
  }

  /** Takes what is noticed before the start, when watches tell of every object that there is: the first pass looks at it. */
  takes(key: string): boolean {
    if (!this.#isStarted) this.#noticed.set(key, this.#options.clock());
    return !this.#isStarted;
  }

  /** Redis was away: what it had may be lost, and schedulers may be gone that would have noticed. */
  afterOutage(): void {
    const { looks, clock, intervalMs } = this.#options;
    looks.doubt();
    this.#distrustUntil = clock() + 2 * intervalMs;
    this.run();
  }

  /** Begins to look at every Deployment that has work, and has notices sent that still wait in an outbox. */
  run(): void {
    for (const [key, dueAt] of this.#noticed)
      if (this.#options.looks.covers({ key, dueAt }, this.#options.clock())) this.#noticed.delete(key);
    this.#begin({});
  }

  #begin(once: Once): void {
    this.#once = once;
    const { world, sendNotices, onCount, intervalMs } = this.#options;
    sendNotices();
    const enrolled = world.enrolled.list();
    onCount(enrolled.filter(({ metadata }) => metadata.annotations?.[HELD] !== undefined).length);
    const atWork = enrolled.filter((deployment) => this.#hasWork(deployment)).map(keyOf);
    const left = world.records
      .list()
      .map(targetOf)
      .filter((key) => !world.enrolled.get(key));
    const next = this.#nextPass();
    const turns = Map.groupBy(byTurn(world, [...atWork, ...left]), (key) => mayBeDueBefore(world, key, next));
    const others = [...(turns.get(false) ?? []), ...this.#noticed.keys()];
    this.#pass.begin({ urgent: turns.get(true) ?? [], others }, intervalMs * PASS_SHARE);
  }

  /**
   * Its timer may be lost. One that is to come before the next pass is only set again, if nothing has to be seen before. What is known
   * to be late waits behind nothing. Where an ask of another one may take the place of this one, it is asked again in the next pass.
   */
  #ask(key: string): void {
    const { timers, looks, clock } = this.#options;
    const [at, now] = [looks.plannedAt(key), clock()];
    const isSoon = at !== undefined && at > now && at <= this.#nextPass();
    if (this.#isLeft(key, now)) return;
    if (isSoon && this.#isSeen(key, now)) timers.set(key, at);
    else this.#wake(key, now);
    if (this.#once.onceInMs !== undefined) return;
    this.#noticed.delete(key);
    looks.settled(key);
  }

  /** What this process carries on it looks at itself: through Redis, another one might, and would watch it from then on. */
  #wake(key: string, now: number): void {
    const { world, wakeQueue, carrierOf, lookHere } = this.#options;
    const isLate = isDueBefore(world, key, now);
    if (carrierOf(key) === 'us' && lookHere({ key, dueAt: now, purpose: 'search' })) return;
    if (isLate) wakeQueue.now(key, this.#once);
    else wakeQueue.whenFree(key, now, this.#once);
  }

  /**
   * Who carries it on makes passes of its own. This one has a look where that one is late, or may be gone with what Redis had, where it was
   * asked for what was not answered, and once in a while.
   */
  #isLeft(key: string, now: number): boolean {
    const { carrierOf, intervalMs } = this.#options;
    const since = this.#left.get(key) ?? now;
    const isTrusted = now >= this.#distrustUntil && now - since < OTHERS_PASSES * intervalMs;
    const isLeft = isTrusted && carrierOf(key) === 'others' && !this.#isOpen(key, now);
    if (isLeft) this.#left.set(key, since);
    else this.#left.delete(key);
    return isLeft;
  }

  /** Something is to be done that another one should have done, or was asked for. */
  #isOpen(key: string, now: number): boolean {
    const { world, looks, redisAnswers } = this.#options;
    return !redisAnswers() || looks.owes(key, now) || isDueBefore(world, key, now - BACKUP_MS);
  }

  /** Whether a look has begun since something was noticed, before the start or later. */
  #isSeen(key: string, now: number): boolean {
    const { looks } = this.#options;
    const dueAt = this.#noticed.get(key);
    return !looks.owes(key, now) && (dueAt === undefined || looks.covers({ key, dueAt }, now));
  }

  #nextPass(): number {
    return this.#options.clock() + this.#options.intervalMs;
  }

  #hasWork(deployment: Deployment): boolean {
    const key = keyOf(deployment);
    const { world, clock, looks } = this.#options;
    const standing = { deployment, records: world.records.about(key), hasRoute: world.traffic.hasRoute(key) };
    return hasWork(standing, clock()) || looks.owes(key, this.#nextPass());
  }

  /** Gives annotated Deployments the label by which the watch finds them, where the webhook did not. */
  async #sweep(): Promise<void> {
    const { client, onError } = this.#options;
    const query = { labelSelector: `!${ENROLLED}`, metadataOnly: true };
    for await (const { metadata } of inPages<Deployment>(client, KINDS.deployments, this.#options, query)) {
      if (metadata.annotations?.[CANARY] === undefined) continue;
      const path = pathOf(KINDS.deployments, metadata.namespace, metadata.name);
      // One that is gone meanwhile, or that others will not have changed, keeps none from its label.
      await client.patch(path, 'merge', { metadata: { labels: { [ENROLLED]: 'true' } } }).catch(onError);
    }
  }
}
