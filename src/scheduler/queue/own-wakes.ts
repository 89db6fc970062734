import { MERGE_MS, type WakeJob } from './wake-queue.ts';

export interface OwnWakesOptions {
  /** Is given a wake-up when it is due. */
  run: (job: WakeJob) => void;
  /** How many may wait here. */
  most: number;
  /** Milliseconds since the epoch. */
  clock: () => number;
}

/**
 * Wake-ups that do not go through Redis: those that a change asked for of a release that this process carries on itself. If it dies
 * with them, nothing is lost: every scheduler sees the change, and one that does not carry the release on puts its own into Redis.
 */
export class OwnWakes {
  readonly #options: OwnWakesOptions;
  readonly #timers = new Map<string, NodeJS.Timeout>();
  #stopped = false;

  constructor(options: OwnWakesOptions) {
    this.#options = options;
  }

  /** False if it is not taken: too many wait. @param notBefore milliseconds since the epoch */
  soon(key: string, notBefore: number): boolean {
    if (this.#timers.has(key)) return true;
    const { most, clock, run } = this.#options;
    if (this.#stopped || this.#timers.size >= most) return false;
    const now = clock();
    const dueAt = Math.max(notBefore, now + MERGE_MS);
    const wake = () => {
      this.#timers.delete(key);
      run({ key, dueAt });
    };
    this.#timers.set(key, setTimeout(wake, dueAt - now));
    return true;
  }

  /** A look has begun, which sees all that it was to be woken for. */
  answered(key: string): void {
    clearTimeout(this.#timers.get(key));
    this.#timers.delete(key);
  }

  stop(): void {
    this.#stopped = true;
    for (const key of this.#timers.keys()) this.answered(key);
  }
}
