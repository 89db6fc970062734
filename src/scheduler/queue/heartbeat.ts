import type { WakeQueue } from './wake-queue.ts';

/** After so long without a sign one is asked for, */
const QUIET_MS = 15_000;
/** again and again: of several schedulers any takes it, and it is no sign of the others. */
const AGAIN_MS = 1_000;
const DEAD_MS = 45_000;
/** Whatever a tick waits for has a deadline of its own: one that takes so long will never end. */
const STUCK_MS = 600_000;

export interface HeartbeatOptions {
  wakeQueue: Pick<WakeQueue, 'heartbeat'>;
  redisAnswers: () => boolean;
  /** How long the oldest tick has been under way, in milliseconds. */
  oldestTickMs: () => number;
  clock?: () => number;
}

/**
 * Whether this process still works. Ticks under way tell by their age: however slow they are, and however many jobs wait for
 * them, they get on. When none is, a job of its own goes through the same queue and worker as the work, and has to come back: a
 * worker that is connected and takes nothing is not noticed otherwise. While Redis does not answer, or takes no job, none is expected.
 */
export class Heartbeat {
  readonly #options: HeartbeatOptions;
  readonly #clock: () => number;
  #lastSign: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
    this.#clock = options.clock ?? Date.now;
    this.#lastSign = this.#clock();
  }

  start(): void {
    this.#timer = setInterval(() => this.#ask(), AGAIN_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** To be called when the worker is given a job by Redis. */
  beat(): void {
    this.#lastSign = this.#clock();
  }

  isAlive(): boolean {
    const { redisAnswers, oldestTickMs } = this.#options;
    const oldestMs = oldestTickMs();
    if (oldestMs >= STUCK_MS) return false;
    if (oldestMs > 0 || !redisAnswers()) this.beat();
    return this.#clock() - this.#lastSign < DEAD_MS;
  }

  #ask(): void {
    const { redisAnswers, wakeQueue } = this.#options;
    if (this.#clock() - this.#lastSign < QUIET_MS) return;
    if (!redisAnswers()) return this.beat();
    // What Redis refuses is kept by this process, as while it is away.
    void wakeQueue.heartbeat().catch(() => this.beat());
  }
}
