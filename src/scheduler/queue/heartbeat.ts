import type { WakeQueue } from './wake-queue.ts';

const EVERY_MS = 15_000;
const MISSED = 3;

/**
 * Whether this process still takes jobs: a job of its own goes through the same queue and worker as the work, and has to
 * come back. A worker that is connected and takes nothing is not noticed otherwise. While Redis does not answer, no job is
 * expected to come back.
 */
export class Heartbeat {
  readonly #wakeQueue: Pick<WakeQueue, 'heartbeat'>;
  readonly #redisAnswers: () => boolean;
  #lastBeat = Date.now();
  #lastAway = Date.now();
  #timer: NodeJS.Timeout | undefined;

  constructor(wakeQueue: Pick<WakeQueue, 'heartbeat'>, redisAnswers: () => boolean) {
    this.#wakeQueue = wakeQueue;
    this.#redisAnswers = redisAnswers;
  }

  start(): void {
    this.#timer = setInterval(() => this.#send(), EVERY_MS);
    this.#send();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** To be called when the worker is given a heartbeat. */
  beat(): void {
    this.#lastBeat = Date.now();
  }

  isAlive(): boolean {
    if (!this.#redisAnswers()) this.#lastAway = Date.now();
    return Date.now() - Math.max(this.#lastBeat, this.#lastAway) < EVERY_MS * MISSED;
  }

  #send(): void {
    if (!this.#redisAnswers()) this.#lastAway = Date.now();
    else this.#wakeQueue.heartbeat();
  }
}
