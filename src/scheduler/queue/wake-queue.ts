import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { URGENCIES, type Urgency } from '../../rollout/machine/places/urgency.ts';
import { isNumber, isRecord } from '../../rollout/spec/rules/findings.ts';
import { isDnsSubdomain, MAX_LABEL, MAX_NAME } from '../../rollout/spec/schema/dns.ts';

/** A job says which Deployment to look at, and when it was due; never what to do. */
export interface WakeJob {
  /** Key of the Deployment; empty for a heartbeat. */
  key: string;
  /** Milliseconds since the epoch. */
  dueAt: number;
  /** Absent: of a heartbeat, and of what never was in Redis. */
  purpose?: Purpose;
}

const LONGEST_KEY = MAX_LABEL + 1 + MAX_NAME;

/** Whether it is one of ours: what stands in Redis may be anybody's, of any size. */
export const isWakeJob = (data: unknown): data is WakeJob =>
  isRecord(data) && typeof data['key'] === 'string' && isKey(data['key']) && isNumber(data['dueAt']);

const isKey = (key: string): boolean =>
  key === '' || (key.length <= LONGEST_KEY && key.split('/').length === 2 && key.split('/').every(isDnsSubdomain));

/** `backup`: where who carries the release on has a timer of its own; it comes `BACKUP_MS` after its time. */
export type TimerPurpose = 'timer' | 'backup';

/**
 * `hint`: for what a webhook has seen, which who carries the release on sees as well; `handover`: for a change that was left to another
 * scheduler; `search`: for what no change told of.
 */
export type Purpose = 'now' | 'hint' | 'handover' | 'search' | TimerPurpose;

export const isTimer = ({ purpose }: Pick<WakeJob, 'purpose'>): boolean => purpose === 'timer' || purpose === 'backup';

/** Nobody is known to wait for it: when it is taken says nothing of how late work is. */
export const isPrecaution = ({ purpose }: Pick<WakeJob, 'purpose'>): boolean =>
  purpose === 'handover' || purpose === 'search';

/** Wake-ups of one key within this time become one job, due at its end, so that it sees all that they were for. */
export const MERGE_MS = 20;
/** How much later than its time a backup comes: by then who carries the release on has looked at it, or is not there. */
export const BACKUP_MS = 5_000;
/** How long Redis may take to accept a job before this process keeps it. */
const REDIS_MS = 1_000;

export interface Once {
  onceInMs?: number;
}

/** When Redis is to give it, milliseconds since the epoch. */
export const comesAt = ({ dueAt, purpose }: WakeJob): number => dueAt + (purpose === 'backup' ? BACKUP_MS : 0);

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
  /** What Redis did not accept, by the ids of jobs. */
  readonly #kept = new Map<string, NodeJS.Timeout>();
  #closed = false;

  constructor({ name, connection, runHere, urgencyOf, clock = Date.now }: WakeQueueOptions) {
    this.#queue = new Queue<WakeJob>(name, {
      connection,
      defaultJobOptions: { removeOnComplete: true, removeOnFail: true },
    });
    this.#queue.on('error', () => undefined);
    this.#process = `${process.pid}.${Date.now().toString(36)}`;
    this.#runHere = runHere;
    this.#urgencyOf = urgencyOf;
    this.#clock = clock;
  }

  /** @param options.onceInMs the time in which all schedulers together are asked once for it */
  now(key: string, options: Once = {}): void {
    this.#add(key, 'now', this.#merged(this.#clock()), options);
  }

  /** As `now`, for what a webhook has seen. */
  hint(key: string): void {
    this.#add(key, 'hint', this.#merged(this.#clock()));
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
  whenFree(key: string, since: number, options: Once = {}): void {
    this.#add(key, 'search', since, options);
  }

  /** As `soon`, at that time, milliseconds since the epoch: if all schedulers set it, it comes once. */
  timer(key: string, purpose: TimerPurpose, at: number): void {
    this.#add(key, purpose, at);
  }

  /** Takes a timer out. One that is gone, or worked on, or that Redis keeps as it does not answer, does no harm. */
  drop(key: string, purpose: TimerPurpose, at: number): void {
    if (this.#closed) return;
    const jobId = this.#idOf(key, purpose, at);
    clearTimeout(this.#kept.get(jobId));
    this.#kept.delete(jobId);
    this.#queue.remove(jobId, { removeChildren: false }).catch(() => undefined);
  }

  /** Sets a timer again that came early. It gets an id of its own, as BullMQ ignores one that exists, and that of the job still does. */
  postpone({ key, dueAt, purpose }: WakeJob): void {
    this.#add(key, purpose === 'backup' ? 'backup' : 'timer', dueAt + 1);
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
  #add(key: string, purpose: Purpose, dueAt: number, { onceInMs }: Once = {}): void {
    if (this.#closed) return;
    const jobId = this.#idOf(key, purpose, dueAt);
    const job: WakeJob = { key, dueAt, purpose };
    const delay = Math.max(comesAt(job) - this.#clock(), 0);
    let kept = false;
    const keep = (): void => {
      if (!kept) this.#keep(job, jobId);
      kept = true;
    };
    const late = setTimeout(keep, REDIS_MS).unref();
    const priority = URGENCIES.indexOf(this.#urgencyOf(key)) * 2 + (purpose === 'search' ? 1 : 0);
    const once = onceInMs !== undefined && { deduplication: { id: `${purpose}/${key}`, ttl: onceInMs } };
    const added = this.#queue.add(purpose, job, { jobId, delay, priority, ...once });
    added.then(() => clearTimeout(late)).catch(keep);
  }

  /**
   * BullMQ ignores a job whose id exists, also when that one's worker is dead: each process has ids of its own. Not for timers: if every
   * scheduler set one for the same step, they would all come at once, and race. It is late by as much as the clock of the machine that
   * set it first is ahead, if that is gone; then the next resync finds what is overdue. Of precautions that nobody has come to yet, one
   * is enough.
   */
  #idOf(key: string, purpose: Purpose, dueAt: number): string {
    if (isTimer({ purpose })) return [purpose, dueAt, key].join('/');
    const parts = isPrecaution({ purpose }) ? [purpose, this.#process] : [purpose, dueAt, this.#process];
    return [...parts, key].join('/');
  }

  #keep(job: WakeJob, jobId: string): void {
    if (this.#closed || this.#kept.has(jobId)) return;
    const run = () => {
      this.#kept.delete(jobId);
      this.#runHere(job);
    };
    this.#kept.set(jobId, setTimeout(run, Math.max(comesAt(job) - this.#clock(), 0)));
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const timer of this.#kept.values()) clearTimeout(timer);
    await this.#queue.close();
  }
}
