import type { Wakes } from './wake-queue.ts';

const EVERY_MS = 15_000;
const MISSED = 3;

/**
 * A job that goes through the same queue and worker as the work: a worker that is connected and takes nothing looks alive
 * to everything else. While Redis itself is away nothing is expected of it.
 */
export class Heartbeat {
  readonly #wakes: Wakes;
  readonly #redisAnswers: () => boolean;
  #lastBeat = Date.now();
  #lastAway = Date.now();
  #timer: NodeJS.Timeout | undefined;

  constructor(wakes: Wakes, redisAnswers: () => boolean) {
    this.#wakes = wakes;
    this.#redisAnswers = redisAnswers;
  }

  start(): void {
    this.#timer = setInterval(() => this.#send(), EVERY_MS);
    this.#send();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** A beat came through the queue. */
  beat(): void {
    this.#lastBeat = Date.now();
  }

  isAlive(): boolean {
    if (!this.#redisAnswers()) this.#lastAway = Date.now();
    return Date.now() - Math.max(this.#lastBeat, this.#lastAway) < EVERY_MS * MISSED;
  }

  #send(): void {
    if (!this.#redisAnswers()) this.#lastAway = Date.now();
    else this.#wakes.heartbeat();
  }
}
