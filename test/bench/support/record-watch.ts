import { setTimeout as sleep } from 'node:timers/promises';
import type { CanaryStatus } from '../../../src/rollout/machine/status.ts';
import { type Json, type Rig, waitFor } from '../../rig/rig.ts';

const PATH = '/apis/headgate.dev/v1/canaries';

/** A check that a status announced. */
export interface Due {
  /** `namespace/name`. */
  key: string;
  /** Epoch ms. */
  at: number;
}

/** Follows the status of every Canary: the last one of each, and when each check was to be. */
export class RecordWatch {
  readonly #rig: Rig;
  readonly #statuses = new Map<string, CanaryStatus>();
  /** By key and time: a status may tell of the same check several times. */
  readonly #dues = new Map<string, Due>();
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
  until(key: string, holds: (status: CanaryStatus) => boolean, timeoutMs = 600_000): Promise<unknown> {
    const check = (): boolean => {
      const status = this.#statuses.get(key);
      if (status !== undefined && holds(status)) return true;
      throw new Error(`${status?.phase} at ${status?.canaryWeight}: ${status?.release?.message}`);
    };
    return waitFor(`the status of ${key}`, check, { timeoutMs, everyMs: 50 });
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
    const { checkAt } = status.release ?? {};
    if (status.phase === 'Progressing' && checkAt !== undefined)
      this.#dues.set(`${key} ${checkAt}`, { key, at: Date.parse(checkAt) });
  }
}
