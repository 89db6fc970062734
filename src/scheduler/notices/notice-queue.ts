import { DelayedError, type Job, Queue, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { MOST_ATTEMPTS, pauseMs } from '../../notify/pace.ts';
import { type Errand, idOf } from './delivery.ts';

/** What became of a try to run an errand. */
export type Run =
  | { is: 'over' }
  /** It failed, and counts as an attempt. */
  | { is: 'again'; why: string; afterMs?: number }
  /** It was not even tried. */
  | { is: 'later'; inMs: number };

export interface NoticeQueueOptions {
  name: string;
  /** For posting: fails at once while Redis is away. */
  posting: Redis;
  /** For the worker, which waits for Redis. */
  working: Redis;
  /** @param isLast no attempt follows this one. */
  run: (errand: Errand, isLast: boolean) => Promise<Run>;
  onError: (error: unknown) => void;
}

/** Errands that one process runs at a time; waiting for an answer costs little. */
const CONCURRENCY = 32;
/** How long a finished errand is known, and how many are: until then no process runs it again. */
const KEPT = { age: 24 * 3_600, count: 10_000 };
/** Longest wait, when the process ends, for errands that are under way: their receivers answer or are given up before. */
const RUNNING_MS = 15_000;
/** And for Redis to take note of them; without it they are known by the receipts alone. */
const CLOSE_MS = 5_000;

class NotYet extends Error {
  readonly afterMs: number | undefined;

  constructor(why: string, afterMs: number | undefined) {
    super(why);
    this.afterMs = afterMs;
  }
}

/**
 * Errands through Redis, so that any scheduler may run them, and none runs one twice. They wait between attempts in the
 * queue, where they hold up nobody.
 */
export class NoticeQueue {
  readonly #queue: Queue<Errand>;
  readonly #worker: Worker<Errand>;
  readonly #run: NoticeQueueOptions['run'];
  readonly #running = new Set<Promise<Run>>();

  constructor({ name, posting, working, run, onError }: NoticeQueueOptions) {
    this.#run = run;
    this.#queue = new Queue<Errand>(name, { connection: posting });
    this.#queue.on('error', () => undefined);
    this.#worker = new Worker<Errand>(name, async (job, token) => this.#work(job, token), {
      connection: working,
      concurrency: CONCURRENCY,
      autorun: false,
      lockDuration: 15_000,
      stalledInterval: 5_000,
      // A job of a worker that was killed is run again, however often that happens.
      maxStalledCount: Number.MAX_SAFE_INTEGER,
      drainDelay: 1,
      runRetryDelay: 1_000,
      settings: { backoffStrategy: (attempt, _type, error) => pauseMs(attempt, afterMsOf(error)) },
    });
    this.#worker.on('error', onError);
  }

  start(): void {
    this.#worker.run().catch(() => undefined);
  }

  /** Puts an errand into the queue, unless it is there; `over` if it was run to its end before. Rejects without Redis. */
  async post(errand: Errand): Promise<'posted' | 'over'> {
    const jobId = idOf(errand);
    const present = await this.#queue.getJob(jobId);
    if (present?.finishedOn !== undefined) return 'over';
    if (present !== undefined) return 'posted';
    await this.#queue.add('notice', errand, {
      jobId,
      attempts: MOST_ATTEMPTS,
      backoff: { type: 'paced' },
      removeOnComplete: KEPT,
      removeOnFail: KEPT,
      stackTraceLimit: 0,
    });
    return 'posted';
  }

  async #work(job: Job<Errand>, token: string | undefined): Promise<void> {
    const running = this.#run(job.data, job.attemptsMade + 1 >= MOST_ATTEMPTS);
    this.#running.add(running);
    const run = await running.finally(() => this.#running.delete(running));
    if (run.is === 'over') return;
    if (run.is === 'again') throw new NotYet(run.why, run.afterMs);
    await job.moveToDelayed(Date.now() + run.inMs, token);
    throw new DelayedError();
  }

  /** Lets running errands end, so that their receivers are not told again by the next process. */
  async close(): Promise<void> {
    const closed = this.#worker.close();
    closed.catch(() => undefined);
    await Promise.race([Promise.allSettled(this.#running), past(RUNNING_MS)]);
    await Promise.race([closed, past(CLOSE_MS)]);
    await this.#queue.close().catch(() => undefined);
  }
}

const past = (ms: number): Promise<unknown> => new Promise((resolve) => setTimeout(resolve, ms).unref());

const afterMsOf = (error: Error | undefined): number | undefined =>
  error instanceof NotYet ? error.afterMs : undefined;
