import type { Canary } from '../../rollout/machine/canary.ts';
import type { Receipt } from '../../rollout/machine/outbox.ts';
import { type Errand, idOf, isOutstanding, receiptOf } from './delivery.ts';

/** Errands that are over, from their end until the commit that takes them out of the outbox. */
export class Receipts {
  readonly #byKey = new Map<string, Map<string, Errand>>();

  add(errand: Errand): void {
    const present = this.#byKey.get(errand.key) ?? new Map<string, Errand>();
    this.#byKey.set(errand.key, present.set(idOf(errand), errand));
  }

  has(errand: Errand): boolean {
    return this.#byKey.get(errand.key)?.has(idOf(errand)) ?? false;
  }

  /** Those that the record, as it is stored, still waits for. */
  of(key: string, record: Canary | undefined): Receipt[] {
    const errands = [...(this.#byKey.get(key)?.values() ?? [])];
    return errands.filter((errand) => isOutstanding(errand, record)).map(receiptOf);
  }

  /** Forgets what the record does not wait for. */
  keep(key: string, record: Canary | undefined): void {
    const present = this.#byKey.get(key);
    if (present === undefined) return;
    for (const [id, errand] of present) if (!isOutstanding(errand, record)) present.delete(id);
    if (present.size === 0) this.#byKey.delete(key);
  }

  keys(): string[] {
    return [...this.#byKey.keys()];
  }
}
