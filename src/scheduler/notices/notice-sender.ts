import { Backoff } from '../../cluster/backoff.ts';
import { KubeError } from '../../cluster/errors.ts';
import { pause } from '../../cluster/pause.ts';
import type { Clock } from '../../cluster/server-clock.ts';
import type { Canary } from '../../rollout/machine/canary.ts';
import type { Receipt } from '../../rollout/machine/outbox.ts';
import { masked } from '../../rollout/spec/wording/masked.ts';
import { type Delivery, deliveriesOf, idOf, type Outstanding, outstanding } from './delivery.ts';
import type { AttemptResult, Dispatcher } from './dispatcher.ts';
import type { JobResult, NoticeQueue } from './notice-queue.ts';
import { Receipts } from './receipts.ts';

export interface NoticeSenderOptions {
  /** Makes the queue, which calls `run` for each delivery. */
  queue: (
    run: (delivery: Delivery, isLast: boolean) => Promise<JobResult>,
  ) => Pick<NoticeQueue, 'post' | 'start' | 'stop'>;
  dispatcher: Pick<Dispatcher, 'attempt'>;
  /** The record that the Deployment of a key has at present, from the watch. */
  currentRecord: (key: string) => Canary | undefined;
  /** The record that a delivery is from, from the watch. */
  watchedRecord: (delivery: Delivery) => Canary | undefined;
  /** The same, from the API server. */
  fetchRecord: (delivery: Delivery) => Promise<Canary | undefined>;
  /** Runs a tick for a Deployment in this process, which has the receipts. */
  runTick: (key: string) => Promise<void>;
  /** Is told the result of each attempt that was made. */
  onAttempt: (sent: Outstanding, result: AttemptResult) => void;
  onError: (error: unknown) => void;
  /** By which notices have their time. */
  clock: Clock;
}

/** When to try again: a receiver that has as many requests at a time as it may have. */
const LIMITED_MS = 1_000;
/** While the API server does not answer. */
const UNREACHABLE_MS = 5_000;
/** While the watch has not delivered the commit of another process: half of the time that it has had for that, within these. */
const [SOONEST_UNSEEN_MS, LATEST_UNSEEN_MS] = [200, 30_000];

/**
 * Sends the notices of outboxes to their receivers, outside of ticks, and has a tick run when one was delivered. The outbox
 * in the record is the truth: everything in it is posted to the queue, and the next commit takes out what was delivered.
 * Between the two, the completed job in Redis and the receipt here keep a notice from being sent twice.
 */
export class NoticeSender {
  readonly #options: NoticeSenderOptions;
  readonly #queue: Pick<NoticeQueue, 'post' | 'start' | 'stop'>;
  readonly #receipts = new Receipts();
  /** By key, the ids that were posted since the last `sendAll`. */
  readonly #posted = new Map<string, Set<string>>();
  /** Keys whose receipts wait for a commit. */
  readonly #settling = new Set<string>();
  readonly #stopping = new AbortController();

  constructor(options: NoticeSenderOptions) {
    this.#options = options;
    this.#queue = options.queue((delivery, isLast) => this.#run(delivery, isLast));
  }

  start(): void {
    this.#queue.start();
  }

  /** Waits for attempts that are under way, and for the ticks that commit their receipts. */
  async stop(): Promise<void> {
    await this.#queue.stop();
    this.#stopping.abort();
  }

  /** What was delivered and still stands in the record's outbox. @param key of the Deployment */
  receiptsFor(key: string): Receipt[] {
    return this.#receipts.of(key, this.#options.currentRecord(key));
  }

  /** Sends what is in the outbox of a record as it is stored, apart from what is being sent already. */
  send(key: string, record: Canary): void {
    this.#receipts.keep(key, record);
    const before = this.#posted.get(key);
    const deliveries = deliveriesOf(key, record).filter((delivery) => !this.#receipts.has(delivery));
    if (deliveries.length === 0) return void this.#posted.delete(key);
    this.#posted.set(key, new Set(deliveries.map(idOf)));
    for (const delivery of deliveries) if (!before?.has(idOf(delivery))) void this.#post(delivery);
  }

  /** Posts all outboxes again, since Redis may have lost its jobs: at start, when Redis is back, and periodically. */
  sendAll(records: readonly (readonly [key: string, record: Canary])[]): void {
    this.#posted.clear();
    for (const [key, record] of records) this.send(key, record);
    for (const key of this.#receipts.keys()) {
      this.#receipts.keep(key, this.#options.currentRecord(key));
      void this.#settle(key);
    }
  }

  async #post(delivery: Delivery): Promise<void> {
    try {
      if ((await this.#queue.post(delivery)) === 'completed') this.#complete(delivery);
    } catch {
      // Redis is away: the next `sendAll` posts it.
      this.#posted.get(delivery.key)?.delete(idOf(delivery));
    }
  }

  async #run(delivery: Delivery, isLast: boolean): Promise<JobResult> {
    const { watchedRecord, fetchRecord, dispatcher, onError } = this.#options;
    try {
      if (this.#receipts.has(delivery)) return { is: 'completed' };
      const known = outstanding(delivery, watchedRecord(delivery));
      if (known !== undefined) return this.#after(delivery, known, await dispatcher.attempt(known, isLast));
      // Either another process has delivered it, or one has committed it and the watch here does not show that yet.
      const unseen = outstanding(delivery, await fetchRecord(delivery));
      return unseen === undefined
        ? { is: 'completed' }
        : { is: 'delayed', forMs: unseenMs(unseen, this.#options.clock()) };
    } catch (error) {
      if (error instanceof KubeError && error.retry) return { is: 'delayed', forMs: UNREACHABLE_MS };
      onError(error);
      return { is: 'failed', why: masked(error instanceof Error ? error.message : String(error)) };
    }
  }

  #after(delivery: Delivery, sent: Outstanding, result: AttemptResult): JobResult {
    if (result.outcome === 'limited') return { is: 'delayed', forMs: LIMITED_MS };
    this.#options.onAttempt(sent, result);
    if (result.outcome === 'retry') {
      return { is: 'failed', why: result.why, ...(result.afterMs !== undefined && { afterMs: result.afterMs }) };
    }
    this.#complete(delivery);
    return { is: 'completed' };
  }

  #complete(delivery: Delivery): void {
    this.#receipts.add(delivery);
    void this.#settle(delivery.key);
  }

  /** Runs ticks of a Deployment here until a commit has taken what was delivered out of its outbox. */
  async #settle(key: string): Promise<void> {
    if (this.#settling.has(key)) return;
    this.#settling.add(key);
    const backoff = new Backoff({ baseMs: 200, maxMs: 30_000 });
    try {
      do await this.#options.runTick(key).catch(this.#options.onError);
      while (this.receiptsFor(key).length > 0 && (await pause(backoff.next(0), this.#stopping.signal)));
    } finally {
      this.#settling.delete(key);
    }
  }
}

function unseenMs({ notice }: Outstanding, now: number): number {
  const age = now - Date.parse(notice.at);
  return Math.min(Math.max(age / 2, SOONEST_UNSEEN_MS), LATEST_UNSEEN_MS);
}
