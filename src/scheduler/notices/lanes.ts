/** A share of a process for each receiver: one that does not answer holds its own share, and nobody else's. */
export class Lanes {
  readonly #width: number;
  readonly #taken = new Map<string, number>();

  /** @param width what one receiver may hold at a time. */
  constructor(width: number) {
    this.#width = width;
  }

  /** Runs it, unless the lane is full: then it is undefined. */
  async within<T>(lane: string, run: () => Promise<T>): Promise<T | undefined> {
    const taken = this.#taken.get(lane) ?? 0;
    if (taken >= this.#width) return undefined;
    this.#taken.set(lane, taken + 1);
    try {
      return await run();
    } finally {
      this.#leave(lane);
    }
  }

  #leave(lane: string): void {
    const left = (this.#taken.get(lane) ?? 1) - 1;
    if (left > 0) this.#taken.set(lane, left);
    else this.#taken.delete(lane);
  }
}
