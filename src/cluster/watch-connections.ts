import type { Pool } from 'undici';
import { AppError } from '../errors.ts';

/**
 * The connections that watches have. Over HTTP/2 a hundred watches share one, and one that does not answer any more, though nobody has
 * closed it, would keep taking those that are opened anew: after a watch that was silent for too long, the next ones get new connections.
 */
export class WatchConnections {
  readonly #open: () => Pool;
  readonly #pools = new Set<Pool>();
  #present: Pool;

  constructor(open: () => Pool) {
    this.#open = open;
    this.#present = open();
  }

  /** The pool for a watch that the signal ends. */
  for(signal: AbortSignal): Pool {
    const pool = this.#present;
    signal.addEventListener('abort', () => isSilence(signal.reason) && this.#leave(pool), { once: true });
    return pool;
  }

  /** What goes on in it goes on. */
  #leave(pool: Pool): void {
    if (pool !== this.#present) return;
    this.#present = this.#open();
    this.#pools.add(pool);
    const forget = () => this.#pools.delete(pool);
    pool.close().then(forget, forget);
  }

  /** Breaks off what is under way. */
  async destroy(): Promise<void> {
    await Promise.all([this.#present, ...this.#pools].map((pool) => pool.destroy()));
  }
}

const isSilence = (reason: unknown): boolean => reason instanceof AppError && reason.code === 'WATCH_SILENT';
