import { isLate, orLate } from '../../process/deadline.ts';
import type { Effect } from '../../rollout/machine/effects.ts';
import { effectWish } from './effect-wish.ts';
import type { EffectRefusal } from './refusals.ts';

/** For all that one tick writes, together. With what it may wait for reads, a tick ends in time for what is asked meanwhile. */
export const WRITE_PATIENCE_MS = 400;

/** What became of a write that was not waited for any more, by what is told of it. */
interface Late {
  underWay: Set<string>;
  refusals: EffectRefusal[];
}

/**
 * Writes that may not be answered. One that was late goes on by itself, and is not made again before it has ended: a write that
 * hangs costs the patience of one tick, and no other write waits behind it.
 */
export class LateWrites {
  readonly #onEnd: (key: string) => void;
  readonly #late = new Map<string, Late>();

  /** @param onEnd a write that was late for this key has ended: it is worth another look */
  constructor(onEnd: (key: string) => void) {
    this.#onEnd = onEnd;
  }

  /** The writes of one round; their time begins now. @param key of the Deployment */
  begin(key: string): TickWrites {
    const late = this.#late.get(key) ?? { underWay: new Set<string>(), refusals: [] };
    this.#late.set(key, late);
    return new TickWrites(late, () => this.#onEnd(key));
  }

  /** What the API server refused after it was late, each told once. */
  refusals(key: string): EffectRefusal[] {
    return this.#late.get(key)?.refusals.splice(0) ?? [];
  }

  /** The Deployment is not followed any more. */
  forget(key: string): void {
    this.#late.delete(key);
  }
}

export class TickWrites {
  readonly #late: Late;
  readonly #onEnd: () => void;
  readonly #endsAt = performance.now() + WRITE_PATIENCE_MS;
  #hasLate = false;

  constructor(late: Late, onEnd: () => void) {
    this.#late = late;
    this.#onEnd = onEnd;
  }

  /** Nothing more is to be begun in this round. */
  get isOver(): boolean {
    return this.#hasLate || performance.now() >= this.#endsAt;
  }

  isUnderWay(effect: Effect): boolean {
    return this.#late.underWay.has(effectWish(effect));
  }

  /** The result of a write, or undefined when it takes longer than this round may. */
  async inTime<T extends { refusal?: EffectRefusal | undefined }>(
    effect: Effect,
    writing: Promise<T>,
  ): Promise<T | undefined> {
    const result = await orLate(writing, this.#endsAt - performance.now());
    if (!isLate(result)) return result;
    this.#hasLate = true;
    const { underWay, refusals } = this.#late;
    const wish = effectWish(effect);
    underWay.add(wish);
    void writing.then(({ refusal }) => {
      underWay.delete(wish);
      if (refusal) refusals.push(refusal);
      this.#onEnd();
    });
    return undefined;
  }
}
