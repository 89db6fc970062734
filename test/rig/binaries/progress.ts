/** Tells a person what a slow step does: one line that updates on a terminal, a line now and then elsewhere. */
export class Progress {
  readonly #out: NodeJS.WriteStream;
  #open = false;

  constructor(out: NodeJS.WriteStream = process.stderr) {
    this.#out = out;
  }

  /** Shows `what` with the seconds that pass until `work` ends. */
  async during<T>(what: string, work: Promise<T>): Promise<T> {
    const started = Date.now();
    const seconds = (): string => `${Math.round((Date.now() - started) / 1000)} s`;
    this.#show(`${what} ...`);
    const timer = setInterval(() => this.#show(`${what}: ${seconds()}`), this.#out.isTTY ? 1_000 : 30_000);
    try {
      const result = await work;
      this.#show(`${what}: done in ${seconds()}`);
      return result;
    } finally {
      clearInterval(timer);
      this.end();
    }
  }

  /** A line that stays. */
  say(line: string): void {
    this.end();
    this.#out.write(`rig: ${line}\n`);
  }

  end(): void {
    if (this.#open) this.#out.write('\n');
    this.#open = false;
  }

  #show(line: string): void {
    if (!this.#out.isTTY) {
      this.#out.write(`rig: ${line}\n`);
      return;
    }
    this.#out.write(`\r\u001b[Krig: ${line}`);
    this.#open = true;
  }
}
