interface Entry {
  again: boolean;
  done: Promise<void>;
  /** When the run that is under way began, of `performance.now()`. */
  begunAt: number;
}

/**
 * Runs one function for many keys: keys at the same time, each key one run after the other. A key that is asked for while
 * it runs is run once more afterwards, however often it was asked for: requests are merged, never lost.
 */
export class KeyedExecutor {
  readonly #run: (key: string) => Promise<void>;
  readonly #running = new Map<string, Entry>();

  constructor(run: (key: string) => Promise<void>) {
    this.#run = run;
  }

  /** Resolves when a run that began, or began anew, after this call has ended. */
  run(key: string): Promise<void> {
    const present = this.#running.get(key);
    if (present) {
      present.again = true;
      return present.done;
    }
    const entry: Entry = { again: true, done: Promise.resolve(), begunAt: performance.now() };
    this.#running.set(key, entry);
    entry.done = this.#loop(key, entry);
    return entry.done;
  }

  /** How many keys run now. */
  get size(): number {
    return this.#running.size;
  }

  /** Runs a key once more if it runs now; false, and nothing is done, if it does not. */
  rerun(key: string): boolean {
    const present = this.#running.get(key);
    if (present) present.again = true;
    return present !== undefined;
  }

  /** The run that is under way begins anew: it sees all that it was asked for so far. */
  begunAnew(key: string): void {
    const present = this.#running.get(key);
    if (present) present.again = false;
  }

  /** Resolves when the run that is under way has ended, or at once if none is. */
  async join(key: string): Promise<void> {
    await this.#running.get(key)?.done;
  }

  /** How long the oldest of the runs has been under way; 0 if none is. */
  oldestMs(now = performance.now()): number {
    return [...this.#running.values()].reduce((oldest, { begunAt }) => Math.max(oldest, now - begunAt), 0);
  }

  /** Resolves when nothing runs. */
  async idle(): Promise<void> {
    await Promise.allSettled([...this.#running.values()].map(({ done }) => done));
  }

  async #loop(key: string, entry: Entry): Promise<void> {
    try {
      while (entry.again) {
        entry.again = false;
        entry.begunAt = performance.now();
        await this.#run(key);
      }
    } finally {
      this.#running.delete(key);
    }
  }
}
