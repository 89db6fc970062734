import { type Job, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { isTimer, isWakeJob, type WakeJob } from './wake-queue.ts';

export interface WorkerOptions {
  queue: string;
  connection: Redis;
  concurrency: number;
  run: (job: WakeJob) => Promise<void>;
  /** Sets a timer again that came early. */
  postpone: (job: WakeJob) => void;
  /** By which jobs are due. */
  clock: () => number;
  onError: (error: unknown) => void;
}

/** Longest wait for running jobs when the process ends; a tick that is cut off is repaired by the next. */
const STOP_MS = 5_000;

/**
 * Takes wake-ups from Redis, each at least once. It may be twice, in two processes, for a job that loses its lock goes on
 * running; the compare-and-swap of the tick makes the second run harmless.
 *
 * BullMQ sets timers by the machine's clock of who sets them, and takes them by that of who takes them; and what a scheduler knows
 * of the API server's clock gets better. One that comes early is set again, by this machine's; one that is late, as its machine is gone, was found by the resync.
 */
export class WakeWorker {
  readonly #worker: Worker<unknown>;

  constructor({ queue, connection, concurrency, run, postpone, clock, onError }: WorkerOptions) {
    // A tick before its time would ask for the same timer, and BullMQ ignores a job whose id is that of one that runs.
    const isEarly = (job: WakeJob) => isTimer(job) && job.dueAt > clock();
    const take = async ({ data }: Job<unknown>): Promise<void> => {
      if (isWakeJob(data)) await (isEarly(data) ? postpone(data) : run(data));
      else onError(new Error('a job in the queue has no key of a Deployment and no time, and was dropped'));
    };
    this.#worker = new Worker<unknown>(queue, take, {
      connection,
      concurrency,
      autorun: false,
      lockDuration: 10_000,
      stalledInterval: 5_000,
      maxStalledCount: 10,
      drainDelay: 1,
      runRetryDelay: 1_000,
      removeOnComplete: { count: 0 },
      removeOnFail: { count: 0 },
    });
    this.#worker.on('error', onError);
    this.#worker.on('failed', (_job, error) => onError(error));
  }

  start(): void {
    this.#worker.run().catch(() => undefined);
  }

  async stop(): Promise<void> {
    const closed = this.#worker.close();
    closed.catch(() => undefined);
    await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, STOP_MS).unref())]);
  }
}
