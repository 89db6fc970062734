const SLOT_MS = 100;
/** So few are no burst. */
const LEAST_IN_SLOT = 10;

/** Gives keys away in their order, spread over a time: a burst of all of them would keep what is due meanwhile waiting. */
export class PacedPass {
  readonly #give: (key: string) => void;
  #left: readonly string[] = [];
  #inSlot = LEAST_IN_SLOT;
  #timer: NodeJS.Timeout | undefined;

  constructor(give: (key: string) => void) {
    this.#give = give;
  }

  /**
   * Gives the first of them at once. What is left of an earlier pass comes before all that is not urgent: with passes that come too soon
   * after each other the last ones would never have their turn.
   * @param overMs the time that it all may take
   */
  begin({ urgent, others }: Record<'urgent' | 'others', Iterable<string>>, overMs: number): void {
    this.stop();
    this.#left = [...new Set([...urgent, ...this.#left, ...others])];
    this.#inSlot = Math.max(LEAST_IN_SLOT, Math.ceil((this.#left.length * SLOT_MS) / overMs));
    this.#slot();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #slot(): void {
    const given = this.#left.slice(0, this.#inSlot);
    this.#left = this.#left.slice(this.#inSlot);
    if (this.#left.length > 0) this.#timer = setTimeout(() => this.#slot(), SLOT_MS);
    for (const key of given) this.#give(key);
  }
}
