import { RecentMap } from '../../recent-map.ts';
import type { Carrier } from './carriers.ts';
import type { TimerPurpose, WakeJob, WakeQueue } from './wake-queue.ts';

export interface TimersOptions {
  wakeQueue: Pick<WakeQueue, 'timer' | 'drop'>;
  /** Who carries the releases of a Deployment on. */
  carrierOf: (key: string) => Carrier;
  /** Is given what is due, where it is this process that looks at it; false if there is too much to do. */
  onDue: (job: WakeJob) => boolean;
  /** Milliseconds since the epoch. */
  clock: () => number;
}

/** For how long a timer in Redis is trusted to be still there: Redis may lose what it took. */
const TRUSTED_MS = 5_000;

/** With more the oldest is forgotten: it has its timer in Redis alone, and that one is not taken out. */
const MOST = 20_000;

/** The longest that `setTimeout` knows; then it waits once more. */
const LONGEST_MS = 2 ** 31 - 1;

interface Timer {
  /** Milliseconds since the epoch. */
  at: number;
  purpose: TimerPurpose;
  setAt: number;
  waiting?: NodeJS.Timeout;
}

/**
 * When each Deployment is to be looked at next. Who carries a release on waits for that itself, and nobody races with it; Redis has a
 * backup, due a little later, which is taken out when the look has ended. If this process is gone by then, or hangs, another one takes
 * it. What nobody is known to carry on is due in Redis at its time, for anybody.
 */
export class Timers {
  readonly #options: TimersOptions;
  readonly #timers = new RecentMap<string, Timer>(MOST);
  #stopped = false;

  constructor(options: TimersOptions) {
    this.#options = options;
  }

  /** A look has ended. @param at when the next is to be, milliseconds since the epoch; undefined: when something changes */
  set(key: string, at: number | undefined): void {
    if (at === undefined) this.#drop(key);
    else this.#set(key, at);
  }

  /** Redis was away: what it had may be lost. */
  forgetRedis(): void {
    for (const timer of this.#timers.values()) timer.setAt = Number.NEGATIVE_INFINITY;
  }

  /** What this process waits for is for anybody from now on, at its time. */
  stop(): void {
    this.#stopped = true;
    const waiting = [...this.#timers].filter(([, timer]) => timer.waiting !== undefined);
    for (const [key, { at }] of waiting) this.#put(key, 'timer', at);
  }

  /** Nearly every look asks for the time that the one before it asked for: to find that out, Redis works as much as for a new timer. */
  #set(key: string, at: number): void {
    const carrier = this.#options.carrierOf(key);
    const now = this.#options.clock();
    const purpose = carrier === 'unknown' || this.#stopped ? 'timer' : 'backup';
    const last = this.#timers.get(key);
    const isSame = last?.at === at && last.purpose === purpose;
    const timer = isSame && now - last.setAt < TRUSTED_MS ? last : this.#put(key, purpose, at);
    if (carrier === 'us' && purpose === 'backup') this.#wait(key, timer);
  }

  /** The one before goes when the new one is there: between the two this process may end. */
  #put(key: string, purpose: TimerPurpose, at: number): Timer {
    const { wakeQueue, clock } = this.#options;
    const last = this.#timers.get(key);
    wakeQueue.timer(key, purpose, at);
    if (last?.at !== at || last.purpose !== purpose) this.#drop(key);
    clearTimeout(last?.waiting);
    const timer = { at, purpose, setAt: clock() };
    this.#timers.set(key, timer);
    return timer;
  }

  /** A backup for who carries the release on is not taken out by others. One that is being worked on, Redis keeps. */
  #drop(key: string): void {
    const timer = this.#timers.get(key);
    if (timer === undefined) return;
    clearTimeout(timer.waiting);
    this.#timers.delete(key);
    const { wakeQueue, carrierOf } = this.#options;
    if (carrierOf(key) !== 'others') wakeQueue.drop(key, timer.purpose, timer.at);
  }

  #wait(key: string, timer: Timer): void {
    if (timer.waiting !== undefined || this.#stopped) return;
    const due = () => {
      delete timer.waiting;
      if (this.#timers.get(key) === timer) this.#due(key, timer);
    };
    const inMs = timer.at - this.#options.clock();
    timer.waiting = setTimeout(due, Math.min(Math.max(inMs, 0), LONGEST_MS));
  }

  /**
   * Another one may have taken the release over meanwhile, and a clock may have been set back. What is handed over is due in Redis among
   * all that is, for whoever has time, and needs no backup.
   */
  #due(key: string, timer: Timer): void {
    const { carrierOf, onDue, clock } = this.#options;
    if (carrierOf(key) !== 'us') return;
    if (clock() < timer.at) this.#wait(key, timer);
    else if (!onDue({ key, dueAt: timer.at })) this.#put(key, 'timer', timer.at);
  }
}
