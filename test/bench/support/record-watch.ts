import { setTimeout as sleep } from 'node:timers/promises';
import type { CanaryStatus } from '../../../src/rollout/machine/status.ts';
import type { Json, Rig } from '../../rig/rig.ts';

const PATH = '/apis/headgate.dev/v1/canaries';

/** A check that a status announced. */
export interface Due {
  /** `namespace/name`. */
  key: string;
  /** Epoch ms. */
  at: number;
}

/** Somebody who waits for a status; thousands do at once, so that nobody asks again and again. */
interface Wait {
  holds: (status: CanaryStatus) => boolean;
  resolve: () => void;
  timeout: NodeJS.Timeout;
}

/** Follows the status of every Canary: the last one of each, and when each check was to be. */
export class RecordWatch {
  readonly #rig: Rig;
  readonly #statuses = new Map<string, CanaryStatus>();
  /** By key and time: a status may tell of the same check several times. */
  readonly #dues = new Map<string, Due>();
  readonly #waits = new Map<string, Set<Wait>>();
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;

  constructor(rig: Rig) {
    this.#rig = rig;
    this.#running = this.#follow();
  }

  get dues(): Due[] {
    return [...this.#dues.values()];
  }

  statuses(): CanaryStatus[] {
    return [...this.#statuses.values()];
  }

  /** Resolves when the status of the key is like that. */
  until(key: string, holds: Wait['holds'], timeoutMs = 600_000): Promise<void> {
    const status = this.#statuses.get(key);
    if (status !== undefined && holds(status)) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const timeout = setTimeout(() => {
        const seen = this.#statuses.get(key);
        reject(new Error(`${key} is ${seen?.phase} at ${seen?.canaryWeight}: ${seen?.release?.message}`));
      }, timeoutMs).unref();
      const waits = this.#waits.get(key) ?? new Set();
      this.#waits.set(key, waits.add({ holds, resolve, timeout }));
    });
  }

  async close(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #follow(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      await this.#watch().catch(() => undefined);
      if (!this.#stopping.signal.aborted) await sleep(100);
    }
  }

  async #watch(): Promise<void> {
    const { items, metadata } = await this.#rig.api.get(PATH);
    for (const item of items) this.#take(item);
    const events = this.#rig.api.watch(PATH, metadata.resourceVersion, this.#stopping.signal);
    for await (const { type, object } of events) {
      if (type === 'ERROR') return;
      if (type === 'ADDED' || type === 'MODIFIED') this.#take(object as Json);
    }
  }

  #take({ metadata, status }: Json): void {
    if (status === undefined) return;
    const key = `${metadata.namespace}/${metadata.name}`;
    this.#statuses.set(key, status);
    this.#tell(key, status);
    const { checkAt } = status.release ?? {};
    if (status.phase === 'Progressing' && checkAt !== undefined)
      this.#dues.set(`${key} ${checkAt}`, { key, at: Date.parse(checkAt) });
  }

  #tell(key: string, status: CanaryStatus): void {
    const waits = this.#waits.get(key) ?? new Set();
    for (const wait of waits) {
      if (!wait.holds(status)) continue;
      clearTimeout(wait.timeout);
      waits.delete(wait);
      wait.resolve();
    }
  }
}
