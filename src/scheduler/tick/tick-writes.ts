import { isLate, orLate } from '../../process/deadline.ts';
import type { Effect } from '../../rollout/machine/effects.ts';
import { effectWish } from './effect-wish.ts';
import type { EffectRefusal } from './refusals.ts';

/** For all effects of one tick, together. With what it may wait for reads, a tick ends in time for what is asked meanwhile. */
export const WRITE_PATIENCE_MS = 400;

/** What became of writes that were not waited for any more. */
interface Late {
  /** What they wish. */
  underWay: Set<string>;
  /** Each with what it was written for. */
  refusals: { intent: string; refusal: EffectRefusal }[];
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

  /** The writes of one round; their time begins now. @param key of the Deployment @param intent that they are made for, as text */
  begin(key: string, intent: string): TickWrites {
    const late = this.#late.get(key) ?? { underWay: new Set<string>(), refusals: [] };
    const onLate = () => void this.#late.set(key, late);
    return new TickWrites(late, { intent, onLate, onEnd: () => this.#onEnd(key) });
  }

  /** What the API server refused after it was late, each told once. What was made for another intent is of no interest any more. */
  refusals(key: string, intent: string): EffectRefusal[] {
    const { refusals: told, underWay } = this.#late.get(key) ?? { refusals: [] };
    const refusals = told.splice(0);
    if (underWay?.size === 0) this.#late.delete(key);
    return refusals.filter((late) => late.intent === intent).map(({ refusal }) => refusal);
  }

  /** The Deployment is not followed any more. */
  forget(key: string): void {
    this.#late.delete(key);
  }
}

interface RoundOptions {
  /** What the writes are made for. */
  intent: string;
  /** A write is not waited for any more. */
  onLate: () => void;
  /** One that was not has ended. */
  onEnd: () => void;
}

/** The writes of one round. */
export class TickWrites {
  readonly #late: Late;
  readonly #options: RoundOptions;
  readonly #endsAt = performance.now() + WRITE_PATIENCE_MS;
  #hasLate = false;

  constructor(late: Late, options: RoundOptions) {
    this.#late = late;
    this.#options = options;
  }

  /** Nothing more is to be begun in this round. */
  get isOver(): boolean {
    return this.#hasLate || performance.now() >= this.#endsAt;
  }

  isUnderWay(effect: Effect): boolean {
    const { underWay } = this.#late;
    return underWay.size > 0 && underWay.has(effectWish(effect));
  }

  /** The result of a write, or undefined when it takes longer than this round may. */
  async inTime<T extends { refusal?: EffectRefusal | undefined }>(
    effect: Effect,
    writing: Promise<T>,
  ): Promise<T | undefined> {
    const result = await orLate(writing, this.#endsAt - performance.now());
    if (!isLate(result)) return result;
    this.#hasLate = true;
    const { intent, onLate, onEnd } = this.#options;
    onLate();
    const { underWay, refusals } = this.#late;
    const wish = effectWish(effect);
    underWay.add(wish);
    void writing.then(({ refusal }) => {
      underWay.delete(wish);
      if (refusal) refusals.push({ intent, refusal });
      onEnd();
    });
    return undefined;
  }
}
