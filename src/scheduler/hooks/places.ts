export interface PlacesOptions {
  /** In all, beyond the one that every key may have at any time. */
  all: number;
  perKey: number;
}

interface Waiting {
  key: string;
  begin: () => void;
}

/**
 * Places for what is done at the same time, in the order in which they were asked for. They are few, and fewer for each
 * key; but a key without any gets one at once, however many others have: nobody waits for somebody else.
 */
export class Places {
  readonly #options: PlacesOptions;
  readonly #taken = new Map<string, number>();
  readonly #waiting = new Set<Waiting>();
  #all = 0;

  constructor(options: PlacesOptions) {
    this.#options = options;
  }

  get taken(): number {
    return this.#all;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /** True once there is a place, to be given back by `release`; false when the signal came first. */
  take(key: string, signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return Promise.resolve(false);
    if (this.#isFree(key)) {
      this.#enter(key);
      return Promise.resolve(true);
    }
    return new Promise((resolve) => {
      const leave = (mine: boolean): void => {
        this.#waiting.delete(entry);
        signal.removeEventListener('abort', give);
        resolve(mine);
      };
      const give = (): void => leave(false);
      const entry = { key, begin: () => leave(true) };
      this.#waiting.add(entry);
      signal.addEventListener('abort', give);
    });
  }

  release(key: string): void {
    this.#all -= 1;
    const left = (this.#taken.get(key) ?? 0) - 1;
    if (left > 0) this.#taken.set(key, left);
    else this.#taken.delete(key);
    for (const { key: next, begin } of this.#waiting) {
      if (!this.#isFree(next)) continue;
      this.#enter(next);
      begin();
    }
  }

  #isFree(key: string): boolean {
    const own = this.#taken.get(key) ?? 0;
    return own === 0 || (own < this.#options.perKey && this.#all < this.#options.all);
  }

  #enter(key: string): void {
    this.#all += 1;
    this.#taken.set(key, (this.#taken.get(key) ?? 0) + 1);
  }
}
