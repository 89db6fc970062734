import { MERGE_MS, type WakeJob } from './wake-queue.ts';

export interface LocalWakesOptions {
  /** Is given a wake-up when it is due. */
  run: (job: WakeJob) => void;
  /** How many may wait here. */
  most: number;
  /** Milliseconds since the epoch. */
  clock: () => number;
}

/** Wake-ups that wait in this process and not in Redis, one a key: those that may be lost with it. */
export class LocalWakes {
  readonly #options: LocalWakesOptions;
  readonly #timers = new Map<string, NodeJS.Timeout>();
  #stopped = false;

  constructor(options: LocalWakesOptions) {
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
