/**
 * One run per key at a time. A key that is asked for while it runs, runs once more afterwards, so that what was asked for
 * is seen: hints may be merged, never lost.
 */
export class Serial {
  readonly #run: (key: string) => Promise<void>;
  readonly #running = new Map<string, { again: boolean; done: Promise<void> }>();

  constructor(run: (key: string) => Promise<void>) {
    this.#run = run;
  }

  /** Resolves when a run that began after this call has ended. */
  run(key: string): Promise<void> {
    const present = this.#running.get(key);
    if (present) {
      present.again = true;
      return present.done;
    }
    const entry = { again: true, done: Promise.resolve() };
    this.#running.set(key, entry);
    entry.done = this.#loop(key, entry);
    return entry.done;
  }

  /** Lets a key that runs now run once more; false if it does not run. */
  again(key: string): boolean {
    const present = this.#running.get(key);
    if (present) present.again = true;
    return present !== undefined;
  }

  get size(): number {
    return this.#running.size;
  }

  /** Resolves when nothing runs. */
  async idle(): Promise<void> {
    await Promise.allSettled([...this.#running.values()].map(({ done }) => done));
  }

  async #loop(key: string, entry: { again: boolean }): Promise<void> {
    try {
      while (entry.again) {
        entry.again = false;
        await this.#run(key);
      }
    } finally {
      this.#running.delete(key);
    }
  }
}
