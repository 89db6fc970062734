/** Deployments that are remembered; of any other nothing is known, and it is looked at. */
const MOST = 20_000;

/**
 * When each Deployment was last looked at by this process. Every scheduler that sees a change asks for a look, and the webhook does
 * too: one look answers all that was asked before it began. Whatever this process notices later asks for another.
 */
export class LastLooks {
  readonly #begun = new Map<string, number>();

  /** A look begins. @param at milliseconds since the epoch */
  begin(key: string, at: number): void {
    this.#begun.delete(key);
    this.#begun.set(key, at);
    const [oldest] = this.#begun.keys();
    if (oldest !== undefined && this.#begun.size > MOST) this.#begun.delete(oldest);
  }

  /** Something about it is another than a look saw. */
  noticed(key: string): void {
    this.#begun.delete(key);
  }

  /** Whether a look has begun since the job was due, so that there is nothing left for it to do. No look of a time to come counts: the clock went back. */
  covers({ key, dueAt }: { key: string; dueAt: number }, now: number): boolean {
    const begun = this.#begun.get(key);
    return begun !== undefined && begun >= dueAt && begun <= now;
  }
}
