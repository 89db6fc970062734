/** A number of places, and a bounded queue in front of them, first come, first served. */
export class Slots {
  readonly #places: number;
  readonly #queueLimit: number;
  readonly #waiting = new Set<() => void>();
  #taken = 0;

  constructor(places: number, queueLimit: number) {
    this.#places = places;
    this.#queueLimit = queueLimit;
  }

  get taken(): number {
    return this.#taken;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /**
   * Undefined when the queue is full. Otherwise true once there is a place, to be given back by `release`, or false when
   * the signal came first.
   */
  take(signal: AbortSignal): Promise<boolean> | undefined {
    if (signal.aborted) return Promise.resolve(false);
    if (this.#taken < this.#places) {
      this.#taken += 1;
      return Promise.resolve(true);
    }
    return this.#waiting.size < this.#queueLimit ? this.#turn(signal) : undefined;
  }

  release(): void {
    this.#taken -= 1;
    const [next] = this.#waiting;
    next?.();
  }

  #turn(signal: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      const leave = (mine: boolean): void => {
        this.#waiting.delete(begin);
        signal.removeEventListener('abort', give);
        resolve(mine);
      };
      const begin = (): void => {
        this.#taken += 1;
        leave(true);
      };
      const give = (): void => leave(false);
      this.#waiting.add(begin);
      signal.addEventListener('abort', give);
    });
  }
}
