import { DelayedError, type Job, Queue, UnrecoverableError, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { MOST_ATTEMPTS, pauseMs } from '../../notify/pace.ts';
import { type Delivery, idOf, isDelivery } from './delivery.ts';

/** The result of running a job once. */
export type JobResult =
  | { is: 'completed' }
  /** It counts as an attempt, and the next one follows after a pause. @param afterMs the least pause */
  | { is: 'failed'; why: string; afterMs?: number }
  /** It does not count as an attempt. */
  | { is: 'delayed'; forMs: number };

export interface NoticeQueueOptions {
  name: string;
  /** For posting: fails at once while Redis is away. */
  posting: Redis;
  /** For the worker, which waits for Redis. */
  working: Redis;
  /** @param isLast no attempt follows this one. */
  run: (delivery: Delivery, isLast: boolean) => Promise<JobResult>;
  onError: (error: unknown) => void;
}

/** Jobs that one process runs at the same time; waiting for an answer costs little. */
const CONCURRENCY = 32;
/** How long a finished job is kept, and how many are. As long as it is, no process runs it again. */
const KEPT = { age: 24 * 3_600, count: 10_000 };
/** Longest wait for running jobs when the process ends. It is more than a receiver has for its answer. */
const RUNNING_MS = 15_000;
/** Longest wait, after that, for Redis to store that they are finished; the receipts say it too. */
const CLOSE_MS = 5_000;

/** Tells BullMQ that an attempt failed. */
class AttemptFailed extends Error {
  readonly afterMs: number | undefined;

  constructor(why: string, afterMs: number | undefined) {
    super(why);
    this.afterMs = afterMs;
  }
}

/**
 * Deliveries as jobs in Redis, so that any scheduler may run them and none is run twice. Between attempts a job waits in the
 * queue, where it holds up no other.
 */
export class NoticeQueue {
  readonly #queue: Queue<Delivery>;
  readonly #worker: Worker<unknown>;
  readonly #run: NoticeQueueOptions['run'];
  readonly #running = new Set<Promise<JobResult>>();

  constructor({ name, posting, working, run, onError }: NoticeQueueOptions) {
    this.#run = run;
    this.#queue = new Queue<Delivery>(name, { connection: posting });
    this.#queue.on('error', () => undefined);
    this.#worker = new Worker<unknown>(name, async (job, token) => this.#work(job, token), {
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

  /** Puts a delivery into the queue, unless it is there; `completed` if it was finished before. Rejects without Redis. */
  async post(delivery: Delivery): Promise<'posted' | 'completed'> {
    const jobId = idOf(delivery);
    const present = await this.#queue.getJob(jobId);
    if (present?.finishedOn !== undefined) return 'completed';
    if (present !== undefined) return 'posted';
    await this.#queue.add('notice', delivery, {
      jobId,
      attempts: MOST_ATTEMPTS,
      backoff: { type: 'paced' },
      removeOnComplete: KEPT,
      removeOnFail: KEPT,
      stackTraceLimit: 0,
    });
    return 'posted';
  }

  async #work(job: Job<unknown>, token: string | undefined): Promise<void> {
    const { data } = job;
    if (!isDelivery(data)) throw new UnrecoverableError('it is no notice of Headgate, or too long');
    const running = this.#run(data, job.attemptsMade + 1 >= MOST_ATTEMPTS);
    this.#running.add(running);
    const result = await running.finally(() => this.#running.delete(running));
    if (result.is === 'completed') return;
    if (result.is === 'failed') throw new AttemptFailed(result.why, result.afterMs);
    await job.moveToDelayed(Date.now() + result.forMs, token);
    throw new DelayedError();
  }

  /** Waits for running jobs, so that the next process does not send the same notices again. */
  async stop(): Promise<void> {
    const closed = this.#worker.close();
    closed.catch(() => undefined);
    await Promise.race([Promise.allSettled(this.#running), past(RUNNING_MS)]);
    await Promise.race([closed, past(CLOSE_MS)]);
    await this.#queue.close().catch(() => undefined);
  }
}

const past = (ms: number): Promise<unknown> => new Promise((resolve) => setTimeout(resolve, ms).unref());

const afterMsOf = (error: Error | undefined): number | undefined =>
  error instanceof AttemptFailed ? error.afterMs : undefined;
