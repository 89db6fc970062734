/** How long the route of a Deployment has been its user's, so that its canary gets nothing any more. */
export class Drains {
  readonly #settleMs: number;
  readonly #since = new Map<string, number>();

  constructor(settleMs: number) {
    this.#settleMs = settleMs;
  }

  /** @param routed something may still be sent to the canary */
  isDrained(key: string, routed: boolean, now: number): boolean {
    if (routed) this.#since.delete(key);
    else if (!this.#since.has(key)) this.#since.set(key, now);
    return now - (this.#since.get(key) ?? now) >= this.#settleMs;
  }

  forget(key: string): void {
    this.#since.delete(key);
  }
}
