import type { Logger } from '../../telemetry/log.ts';

/** Says in the log what of a Deployment's world is not known, once for each change. */
export class UnknownLog {
  readonly #log: Pick<Logger, 'info' | 'warn'>;
  readonly #said = new Map<string, string>();

  constructor(log: Pick<Logger, 'info' | 'warn'>) {
    this.#log = log;
  }

  /** @param words what is not known, and why; undefined where all is */
  take(key: string, words: string | undefined): void {
    if (words === this.#said.get(key)) return;
    if (words === undefined) {
      this.#said.delete(key);
      this.#log.info({ canary: key }, 'all that a decision needs is known again');
    } else {
      this.#said.set(key, words);
      this.#log.warn({ canary: key }, `not known: ${words}; the canary gets no more weight until it is`);
    }
  }

  forget(key: string): void {
    this.#said.delete(key);
  }
}
