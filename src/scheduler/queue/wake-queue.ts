import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';

/** A job says which Deployment to look at, and when it was due; never what to do. */
export interface WakeJob {
  key: string;
  /** Milliseconds since the epoch. */
  dueAt: number;
}

export type Purpose = 'now' | 'timer' | 'heartbeat';

/** Hints that come within this time are one: they are due at its end, so that none of them is missed. */
const MERGE_MS = 20;
/** How long a hint may take to reach Redis before it is carried out here. */
const REDIS_MS = 1_000;

/**
 * Hints to look at a Deployment, now or later, through Redis so that any scheduler may take them. While Redis is away they
 * are kept and carried out in this process: Redis is never needed to be safe, only to share work.
 */
export class Wakes {
  readonly #queue: Queue<WakeJob>;
  readonly #process: string;
  readonly #local: (job: WakeJob) => void;
  readonly #timers = new Set<NodeJS.Timeout>();
  #closed = false;

  /** @param local carries out a hint that Redis did not take. */
  constructor(name: string, connection: Redis, local: (job: WakeJob) => void) {
    this.#queue = new Queue<WakeJob>(name, {
      connection,
      defaultJobOptions: { removeOnComplete: true, removeOnFail: true },
    });
    this.#queue.on('error', () => undefined);
    // An id that exists in any state is ignored, also one whose worker is dead: every process has ids of its own.
    this.#process = `${process.pid}.${Date.now().toString(36)}`;
    this.#local = local;
  }

  get queue(): Queue<WakeJob> {
    return this.#queue;
  }

  now(key: string): void {
    this.#add(key, 'now', Math.ceil((Date.now() + 1) / MERGE_MS) * MERGE_MS);
  }

  /** @param at milliseconds since the epoch. */
  at(key: string, at: number): void {
    this.#add(key, 'timer', at);
  }

  heartbeat(): void {
    this.#add('', 'heartbeat', Date.now());
  }

  #add(key: string, purpose: Purpose, dueAt: number): void {
    if (this.#closed) return;
    const jobId = `${purpose}/${key}/${dueAt}/${this.#process}`;
    const delay = Math.max(dueAt - Date.now(), 0);
    let kept = false;
    const keep = (): void => {
      if (!kept) this.#keep({ key, dueAt });
      kept = true;
    };
    const late = setTimeout(keep, REDIS_MS).unref();
    const added = this.#queue.add(purpose, { key, dueAt }, { jobId, delay });
    added.then(() => clearTimeout(late)).catch(keep);
  }

  #keep(job: WakeJob): void {
    if (this.#closed || job.key === '') return;
    const timer = setTimeout(
      () => {
        this.#timers.delete(timer);
        this.#local(job);
      },
      Math.max(job.dueAt - Date.now(), 0),
    );
    this.#timers.add(timer);
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const timer of this.#timers) clearTimeout(timer);
    await this.#queue.close();
  }
}
