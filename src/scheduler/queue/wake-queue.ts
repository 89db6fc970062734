import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { URGENCIES, type Urgency } from '../../rollout/machine/places/urgency.ts';
import { isNumber, isRecord } from '../../rollout/spec/rules/findings.ts';
import { isDnsSubdomain, MAX_LABEL, MAX_NAME } from '../../rollout/spec/schema/dns.ts';
import { RecentTimers } from './recent-timers.ts';

/** A job says which Deployment to look at, and when it was due; never what to do. */
export interface WakeJob {
  /** Key of the Deployment; empty for a heartbeat. */
  key: string;
  /** Milliseconds since the epoch. */
  dueAt: number;
  /** Nobody is known to wait for it: when it is taken says nothing of how late work is. */
  isPrecaution?: true;
}

const LONGEST_KEY = MAX_LABEL + 1 + MAX_NAME;

/** Whether it is one of ours: what stands in Redis may be anybody's, of any size. */
export const isWakeJob = (data: unknown): data is WakeJob =>
  isRecord(data) && typeof data['key'] === 'string' && isKey(data['key']) && isNumber(data['dueAt']);

const isKey = (key: string): boolean =>
  key === '' || (key.length <= LONGEST_KEY && key.split('/').length === 2 && key.split('/').every(isDnsSubdomain));

/** `handover`: for a change that was left to another scheduler; `search`: for what no change told of. */
export type Purpose = 'now' | 'handover' | 'search' | 'timer';

const PRECAUTIONS: readonly Purpose[] = ['handover', 'search'];

/** Wake-ups of one key within this time become one job, due at its end, so that it sees all that they were for. */
export const MERGE_MS = 20;
/** How long Redis may take to accept a job before this process keeps it. */
const REDIS_MS = 1_000;

export interface WakeQueueOptions {
  name: string;
  connection: Redis;
  /** Is given, when it is due, a job that Redis did not accept. */
  runHere: (job: WakeJob) => void;
  /** What a look at the Deployment is for, as far as is known here. */
  urgencyOf: (key: string) => Urgency;
  /** By which jobs are due; BullMQ has the machine's own, and is told after how long. */
  clock?: () => number;
}

/**
 * Wake-ups: requests to look at a Deployment, now or later. They go through Redis so that any scheduler may take them. One
 * that Redis does not accept is kept by this process and run here when it is due: Redis shares the work, and is not needed
 * for it to be done.
 */
export class WakeQueue {
  readonly #queue: Queue<WakeJob>;
  readonly #process: string;
  readonly #runHere: (job: WakeJob) => void;
  readonly #urgencyOf: (key: string) => Urgency;
  readonly #clock: () => number;
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #recent = new RecentTimers();
  #closed = false;

  constructor({ name, connection, runHere, urgencyOf, clock = Date.now }: WakeQueueOptions) {
    this.#queue = new Queue<WakeJob>(name, {
      connection,
      defaultJobOptions: { removeOnComplete: true, removeOnFail: true },
    });
    this.#queue.on('error', () => undefined);
    // It was away: what it had may be lost.
    connection.on('ready', () => this.#recent.forget());
    this.#process = `${process.pid}.${Date.now().toString(36)}`;
    this.#runHere = runHere;
    this.#urgencyOf = urgencyOf;
    this.#clock = clock;
  }

  now(key: string): void {
    this.soon(key, this.#clock());
  }

  /** As `now`, but not before that time, milliseconds since the epoch. */
  soon(key: string, notBefore: number): void {
    this.#add(key, 'now', this.#merged(notBefore));
  }

  /** As `now`, unless a look has begun since, in milliseconds since the epoch. */
  unlessSeen(key: string, since: number): void {
    this.#add(key, 'handover', since);
  }

  /** As `unlessSeen`, but behind all that is due and no less urgent. */
  whenFree(key: string, since: number): void {
    this.#add(key, 'search', since);
  }

  /** @param at milliseconds since the epoch. */
  at(key: string, at: number): void {
    if (this.#recent.take(key, at, this.#clock())) this.#add(key, 'timer', at);
  }

  /** Sets a timer again that came early. It gets an id of its own, as BullMQ ignores one that exists, and that of the job still does. */
  postpone({ key, dueAt }: WakeJob): void {
    this.#add(key, 'timer', dueAt + 1);
  }

  /**
   * Adds a job that says nothing, to see whether jobs come through Redis: kept here, it would tell nothing.
   * @throws what Redis said, where it does not accept it
   */
  async heartbeat(): Promise<void> {
    const dueAt = this.#clock();
    const jobId = ['heartbeat', dueAt, this.#process].join('/');
    if (!this.#closed) await this.#queue.add('heartbeat', { key: '', dueAt }, { jobId });
  }

  #merged(notBefore: number): number {
    return Math.ceil((Math.max(notBefore, this.#clock()) + 1) / MERGE_MS) * MERGE_MS;
  }

  /** BullMQ takes those without a priority, or with 0, first, then the smallest number. */
  #add(key: string, purpose: Purpose, dueAt: number): void {
    if (this.#closed) return;
    const jobId = [...this.#idOf(purpose, dueAt), key].join('/');
    const delay = Math.max(dueAt - this.#clock(), 0);
    const job: WakeJob = { key, dueAt, ...(PRECAUTIONS.includes(purpose) && { isPrecaution: true }) };
    let kept = false;
    const keep = (): void => {
      if (!kept) this.#keep(job);
      kept = true;
    };
    const late = setTimeout(keep, REDIS_MS).unref();
    const priority = URGENCIES.indexOf(this.#urgencyOf(key)) * 2 + (purpose === 'search' ? 1 : 0);
    const added = this.#queue.add(purpose, job, { jobId, delay, priority });
    added.then(() => clearTimeout(late)).catch(keep);
  }

  /**
   * BullMQ ignores a job whose id exists, also when that one's worker is dead: each process has ids of its own. Not for timers: if every
   * scheduler set one for the same step, they would all come at once, and race. It is late by as much as the clock of the machine that
   * set it first is ahead, if that is gone; then the next resync finds what is overdue. Of precautions that nobody has come to yet, one
   * is enough.
   */
  #idOf(purpose: Purpose, dueAt: number): (string | number)[] {
    if (purpose === 'timer') return [purpose, dueAt];
    return PRECAUTIONS.includes(purpose) ? [purpose, this.#process] : [purpose, dueAt, this.#process];
  }

  #keep(job: WakeJob): void {
    if (this.#closed) return;
    const timer = setTimeout(
      () => {
        this.#timers.delete(timer);
        this.#runHere(job);
      },
      Math.max(job.dueAt - this.#clock(), 0),
    );
    this.#timers.add(timer);
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const timer of this.#timers) clearTimeout(timer);
    await this.#queue.close();
  }
}
