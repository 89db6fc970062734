import type { Canary } from '../../rollout/machine/canary.ts';
import type { Receipt } from '../../rollout/machine/outbox.ts';
import { type Delivery, idOf, outstanding, receiptOf } from './delivery.ts';

/** Deliveries that were completed, until the commit that takes them out of the outbox was seen. */
export class Receipts {
  readonly #byKey = new Map<string, Map<string, Delivery>>();

  add(delivery: Delivery): void {
    const present = this.#byKey.get(delivery.key) ?? new Map<string, Delivery>();
    this.#byKey.set(delivery.key, present.set(idOf(delivery), delivery));
  }

  has(delivery: Delivery): boolean {
    return this.#byKey.get(delivery.key)?.has(idOf(delivery)) ?? false;
  }

  /** Those that the record, as it is stored, still waits for. */
  of(key: string, record: Canary | undefined): Receipt[] {
    const deliveries = [...(this.#byKey.get(key)?.values() ?? [])];
    return deliveries.filter((delivery) => outstanding(delivery, record) !== undefined).map(receiptOf);
  }

  /** Forgets what the record does not wait for. */
  keep(key: string, record: Canary | undefined): void {
    const present = this.#byKey.get(key);
    if (present === undefined) return;
    for (const [id, delivery] of present) if (outstanding(delivery, record) === undefined) present.delete(id);
    if (present.size === 0) this.#byKey.delete(key);
  }

  keys(): string[] {
    return [...this.#byKey.keys()];
  }
}
