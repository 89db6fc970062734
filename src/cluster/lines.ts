/**
 * Cuts a stream of bytes into lines of text. A line may be spread over any number of chunks, and a chunk may end in the
 * middle of a character. What follows the last newline is kept for the next chunk, and lost if none comes: a line that
 * was cut off is no line.
 */
export class LineSplitter {
  readonly #decoder = new TextDecoder();
  #pieces: string[] = [];

  /** The lines that this chunk completes, without empty ones. */
  push(chunk: Uint8Array): string[] {
    const [head = '', ...rest] = this.#decoder.decode(chunk, { stream: true }).split('\n');
    this.#pieces.push(head);
    if (rest.length === 0) return [];
    const lines = [this.#pieces.join(''), ...rest.slice(0, -1)];
    this.#pieces = [rest.at(-1) ?? ''];
    return lines.filter((line) => line !== '');
  }
}
