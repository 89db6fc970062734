export interface LimiterOptions {
  /** Places of all keys together. Default: no limit. */
  total?: number;
  /** Places of one key. Default: no limit. */
  perKey?: number;
  /** How many may wait for a place of one key; 0: nobody waits. Default: no limit. */
  queuePerKey?: number;
  /** A key that holds no place gets its first one at once, also beyond `total`: no key waits for others alone. */
  guaranteeFirst?: boolean;
}

interface Waiting {
  key: string;
  admit: () => void;
}

/**
 * Limits what is done at the same time, in all and for each key. Who finds no place waits in line; whoever could not get the
 * place that became free, because of the limit of its key, is passed by.
 */
export class Limiter {
  readonly #options: Required<LimiterOptions>;
  readonly #held = new Map<string, number>();
  /** In the order of asking. */
  readonly #waiting = new Set<Waiting>();
  #total = 0;

  constructor(options: LimiterOptions) {
    const {
      total = Number.POSITIVE_INFINITY,
      perKey = Number.POSITIVE_INFINITY,
      queuePerKey = Number.POSITIVE_INFINITY,
      guaranteeFirst = false,
    } = options;
    this.#options = { total, perKey, queuePerKey, guaranteeFirst };
  }

  /** Places that are held, by one key or in all. */
  held(key?: string): number {
    return key === undefined ? this.#total : (this.#held.get(key) ?? 0);
  }

  /** How many wait for a place, of one key or in all. */
  waiting(key?: string): number {
    if (key === undefined) return this.#waiting.size;
    return [...this.#waiting].filter((entry) => entry.key === key).length;
  }

  /**
   * Undefined, at once, if there is no place and the queue is full. Otherwise true once there is a place, which `release`
   * gives back, or false if the signal was aborted before.
   */
  acquire(key: string, signal?: AbortSignal): Promise<boolean> | undefined {
    if (signal?.aborted) return Promise.resolve(false);
    if (this.#isFree(key)) {
      this.#hold(key);
      return Promise.resolve(true);
    }
    return this.#mayWait(key) ? this.#wait(key, signal) : undefined;
  }

  release(key: string): void {
    const left = this.held(key) - 1;
    this.#total -= 1;
    if (left > 0) this.#held.set(key, left);
    else this.#held.delete(key);
    for (const { key: next, admit } of this.#waiting) if (this.#isFree(next)) admit();
  }

  /** Runs it while holding a place; undefined, without running it, if it got none. */
  async run<T>(key: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T | undefined> {
    if (!(await this.acquire(key, signal))) return undefined;
    try {
      return await work();
    } finally {
      this.release(key);
    }
  }

  #isFree(key: string): boolean {
    const { total, perKey, guaranteeFirst } = this.#options;
    const own = this.held(key);
    return (guaranteeFirst && own === 0) || (own < perKey && this.#total < total);
  }

  #mayWait(key: string): boolean {
    const { queuePerKey } = this.#options;
    return queuePerKey === Number.POSITIVE_INFINITY || this.waiting(key) < queuePerKey;
  }

  #hold(key: string): void {
    this.#total += 1;
    this.#held.set(key, this.held(key) + 1);
  }

  #wait(key: string, signal?: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      const leave = (admitted: boolean): void => {
        this.#waiting.delete(entry);
        signal?.removeEventListener('abort', giveUp);
        resolve(admitted);
      };
      const giveUp = (): void => leave(false);
      const admit = (): void => {
        this.#hold(key);
        leave(true);
      };
      const entry = { key, admit };
      this.#waiting.add(entry);
      signal?.addEventListener('abort', giveUp);
    });
  }
}
