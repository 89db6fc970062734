/** The last bytes of an output. What is kept never takes much more than the limit, however much is said. */
export class OutputTail {
  readonly #limit: number;
  readonly #chunks: Buffer[] = [];
  #kept = 0;
  #total = 0;

  /** @param limit in bytes. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  add(chunk: Buffer): void {
    // A part of a big chunk would keep all of it.
    const kept = chunk.length > this.#limit ? Buffer.from(chunk.subarray(-this.#limit)) : chunk;
    this.#chunks.push(kept);
    this.#kept += kept.length;
    this.#total += chunk.length;
    while (this.#kept - (this.#chunks[0]?.length ?? 0) >= this.#limit) this.#kept -= this.#chunks.shift()?.length ?? 0;
  }

  /** As text, from a whole character on; says first how much of the beginning is missing. */
  text(): string {
    const tail = Buffer.concat(this.#chunks).subarray(-this.#limit);
    const missing = this.#total - tail.length;
    if (missing === 0) return tail.toString('utf8');
    const start = tail.subarray(0, 4).findIndex((byte) => (byte & 0b1100_0000) !== 0b1000_0000);
    return `… ${missing} bytes before this are left out\n${tail.subarray(Math.max(start, 0)).toString('utf8')}`;
  }
}
