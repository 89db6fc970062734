import { Backoff } from '../../cluster/backoff.ts';
import { KubeError } from '../../cluster/errors.ts';
import { pause } from '../../cluster/pause.ts';
import type { Canary } from '../../rollout/machine/canary.ts';
import type { Receipt } from '../../rollout/machine/outbox.ts';
import type { Courier } from '../ports.ts';
import { type Errand, errandsOf, idOf, isOutstanding } from './delivery.ts';
import type { Dispatch, Sent } from './dispatcher.ts';
import type { NoticeQueue, Run } from './notice-queue.ts';
import { Receipts } from './receipts.ts';

export interface NoticeCourierOptions {
  /** The queue that runs errands by `run`. */
  queue: (run: (errand: Errand, isLast: boolean) => Promise<Run>) => Pick<NoticeQueue, 'post' | 'start' | 'close'>;
  dispatch: Pick<Dispatch, 'send'>;
  /** The record that the Deployment of a key has at present, as it was last seen. */
  recordOf: (key: string) => Canary | undefined;
  /** The record that an errand is from, as it was last seen. */
  origin: (errand: Errand) => Canary | undefined;
  /** The same, as it is. */
  fetch: (errand: Errand) => Promise<Canary | undefined>;
  /** Looks at a Deployment in this process, where the receipts are. */
  look: (key: string) => Promise<void>;
  /** Is told what became of each attempt. */
  onSent: (record: Canary, errand: Errand, sent: Sent) => void;
  onError: (error: unknown) => void;
}

/** A receiver that has its share of this process is come back to after this time. */
const FULL_MS = 1_000;
/** So is everything while the API server does not answer. */
const AWAY_MS = 5_000;
/** A commit of another process is mostly seen within this time. */
const UNSEEN_MS = 200;

/**
 * Carries notices from outboxes to receivers. The outbox is the truth: what is in it is posted, and what was delivered is
 * taken out of it by the next commit. In between, the finished job in Redis and the receipt here keep it from being sent
 * again.
 */
export class NoticeCourier implements Courier {
  readonly #options: NoticeCourierOptions;
  readonly #queue: Pick<NoticeQueue, 'post' | 'start' | 'close'>;
  readonly #receipts = new Receipts();
  /** Ids that were posted since the last round over all records, by key. */
  readonly #posted = new Map<string, Set<string>>();
  readonly #settling = new Set<string>();
  readonly #closing = new AbortController();

  constructor(options: NoticeCourierOptions) {
    this.#options = options;
    this.#queue = options.queue((errand, isLast) => this.#run(errand, isLast));
  }

  start(): void {
    this.#queue.start();
  }

  /** Lets what is being sent end, and its receipts be committed. */
  async close(): Promise<void> {
    await this.#queue.close();
    this.#closing.abort();
  }

  receiptsFor(key: string): Receipt[] {
    return this.#receipts.of(key, this.#options.recordOf(key));
  }

  carry(key: string, record: Canary): void {
    this.#receipts.keep(key, record);
    const before = this.#posted.get(key);
    const errands = errandsOf(key, record).filter((errand) => !this.#receipts.has(errand));
    if (errands.length === 0) return void this.#posted.delete(key);
    this.#posted.set(key, new Set(errands.map(idOf)));
    for (const errand of errands) if (!before?.has(idOf(errand))) void this.#post(errand);
  }

  /** All outboxes anew: at start, when Redis is back, and periodically. Redis may have lost what it was given. */
  carryAll(records: readonly (readonly [key: string, record: Canary])[]): void {
    this.#posted.clear();
    for (const [key, record] of records) this.carry(key, record);
    for (const key of this.#receipts.keys()) {
      this.#receipts.keep(key, this.#options.recordOf(key));
      void this.#settle(key);
    }
  }

  async #post(errand: Errand): Promise<void> {
    try {
      if ((await this.#queue.post(errand)) === 'over') this.#receive(errand);
    } catch {
      // Redis is away: it is posted by the next round.
      this.#posted.get(errand.key)?.delete(idOf(errand));
    }
  }

  async #run(errand: Errand, isLast: boolean): Promise<Run> {
    const { origin, fetch, dispatch, onError } = this.#options;
    try {
      const record = origin(errand);
      if (this.#receipts.has(errand)) return { is: 'over' };
      if (isOutstanding(errand, record)) {
        return this.#after(record, errand, await dispatch.send(record, errand, isLast));
      }
      // Delivered by another process; or committed by one, and not seen here yet.
      return isOutstanding(errand, await fetch(errand)) ? { is: 'later', inMs: UNSEEN_MS } : { is: 'over' };
    } catch (error) {
      if (error instanceof KubeError && error.retry) return { is: 'later', inMs: AWAY_MS };
      onError(error);
      return { is: 'again', why: error instanceof Error ? error.message : String(error) };
    }
  }

  #after(record: Canary, errand: Errand, sent: Sent): Run {
    if (sent.outcome === 'waits') return { is: 'later', inMs: FULL_MS };
    this.#options.onSent(record, errand, sent);
    if (sent.outcome === 'retry') {
      return { is: 'again', why: sent.why, ...(sent.afterMs !== undefined && { afterMs: sent.afterMs }) };
    }
    this.#receive(errand);
    return { is: 'over' };
  }

  #receive(errand: Errand): void {
    this.#receipts.add(errand);
    void this.#settle(errand.key);
  }

  /** Has the Deployment looked at here, until a commit took what is delivered out of the outbox. */
  async #settle(key: string): Promise<void> {
    if (this.#settling.has(key)) return;
    this.#settling.add(key);
    const backoff = new Backoff({ baseMs: 200, maxMs: 30_000 });
    try {
      do await this.#options.look(key).catch(this.#options.onError);
      while (this.receiptsFor(key).length > 0 && (await pause(backoff.next(0), this.#closing.signal)));
    } finally {
      this.#settling.delete(key);
    }
  }
}
