export interface BackoffOptions {
  /** Delay after the first failure. Default: 200 ms. */
  baseMs?: number;
  /** Longest delay. Default: 30 s. */
  maxMs?: number;
  /** An attempt that lived this long starts the count anew. Default: 5 s. */
  healthyMs?: number;
  random?: () => number;
}

/**
 * Delays that double, with jitter (between half and all of the delay). They start anew only after an attempt that lived
 * for a healthy time: something that works for a moment and fails again and again is slowed down like any failure.
 */
export class Backoff {
  readonly #baseMs: number;
  readonly #maxMs: number;
  readonly #healthyMs: number;
  readonly #random: () => number;
  #failures = 0;

  constructor({ baseMs = 200, maxMs = 30_000, healthyMs = 5_000, random = Math.random }: BackoffOptions = {}) {
    this.#baseMs = baseMs;
    this.#maxMs = maxMs;
    this.#healthyMs = healthyMs;
    this.#random = random;
  }

  /** Delay before the next attempt, given how long the last one lived; at most `capMs`. */
  next(livedMs: number, capMs: number = this.#maxMs): number {
    if (livedMs >= this.#healthyMs) this.#failures = 0;
    const full = Math.min(this.#baseMs * 2 ** this.#failures, this.#maxMs, capMs);
    this.#failures += 1;
    return full * (0.5 + this.#random() / 2);
  }
}
