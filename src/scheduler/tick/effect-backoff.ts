import type { Clock } from '../../cluster/server-clock.ts';
import type { Effect } from '../../rollout/machine/effects.ts';
import { effectWish } from './effect-wish.ts';
import type { EffectRefusal } from './refusals.ts';

/**
 * What became of an attempt. `done`: it was written, and somebody else may write against it. `raced`: somebody was faster.
 * `unanswered`: the API server was away, or too busy. `refused`: it will not have it. `failed`: anything else.
 */
export type EffectResult = 'done' | 'raced' | 'unanswered' | 'refused' | 'failed';

/** Milliseconds before the first repetition and the second, and what each further one multiplies them by, up to a most. */
interface Pace {
  firstMs: number;
  secondMs: number;
  factor: number;
  mostMs: number;
}

const MOST_MS = 240_000;

const PACES: Readonly<Record<EffectResult, Pace>> = {
  // What one person changed by hand is put back at once; only what is changed again and again is a controller's.
  done: { firstMs: 0, secondMs: 2_000, factor: 2, mostMs: MOST_MS },
  raced: { firstMs: 100, secondMs: 400, factor: 4, mostMs: MOST_MS },
  // Soon after an outage all is as it should be.
  unanswered: { firstMs: 1_000, secondMs: 2_000, factor: 2, mostMs: 5_000 },
  refused: { firstMs: 30_000, secondMs: 60_000, factor: 2, mostMs: MOST_MS },
  failed: { firstMs: 1_000, secondMs: 2_000, factor: 2, mostMs: MOST_MS },
};

/** Traffic on its way back to the stable pods waits for no more than this. */
const MOST_BACK_MS = 10_000;

/** What is refused of a roll-out: a way back may be among it, and who promotes again has waited. */
const ROLL_OUT: Pace = { ...PACES.failed, mostMs: 30_000 };

/** An effect that was not wanted for so long after it could have been repeated is a new one. */
const QUIET_MS = 60_000;

interface Effort {
  count: number;
  /** Milliseconds since the epoch: not again before. */
  notBefore: number;
  refusal?: EffectRefusal;
}

/** The efforts about one Deployment, for as long as what is wanted of it stays the same. */
interface Efforts {
  intent: string;
  /** Of the first round with this intent that noted one. */
  round: number;
  byWish: Map<string, Effort>;
}

/** The efforts about one Deployment at one time, as a round of effects uses them. */
export interface EffectPacer {
  /** Milliseconds until an effect may be attempted; 0: now. */
  waitMs(effect: Effect): number;
  /** How often it was attempted in a row. */
  attempts(effect: Effect): number;
  /** What the API server said to the last attempt, if it refused it. */
  refusalOf(effect: Effect): EffectRefusal | undefined;
  note(effect: Effect, result: EffectResult, refusal?: EffectRefusal): void;
}

export interface PacerInput {
  /** Of the Deployment. */
  key: string;
  /** What people want, as text: when it changes, everything may be attempted at once. */
  intent: string;
  /** Asked again where an attempt ends: it may have taken long. */
  clock: Clock;
  /** Whether an effect takes traffic from the canary. */
  isBack: (effect: Effect) => boolean;
}

/**
 * No effect is repeated without a limit. One that is wanted again after it was attempted did not change what is seen: a name
 * is taken, a policy refuses it, another controller undoes it. It is attempted again later and later, up to some minutes.
 * The count begins anew when what people want changes, and when the effect was not wanted for a while. What one process
 * remembers, others do not know: several schedulers make as many attempts each.
 */
export class EffectBackoff {
  readonly #efforts = new Map<string, Efforts>();
  #rounds = 0;

  pacer({ key, intent, clock, isBack }: PacerInput): EffectPacer {
    this.#prune(key, intent, clock());
    const round = this.#rounds++;
    const found = (effect: Effect): Effort | undefined => this.#effortsOf(key, intent)?.get(effectWish(effect));
    return {
      waitMs: (effect) => Math.max((found(effect)?.notBefore ?? 0) - clock(), 0),
      attempts: (effect) => found(effect)?.count ?? 0,
      refusalOf: (effect) => found(effect)?.refusal,
      note: (effect, result, refusal) => {
        const count = (found(effect)?.count ?? 0) + 1;
        const most = isBack(effect) ? MOST_BACK_MS : Number.POSITIVE_INFINITY;
        const pace = refusal?.of === 'rollOut' ? ROLL_OUT : PACES[result];
        const notBefore = clock() + Math.min(delayMs(pace, count), most);
        const effort: Effort = { count, notBefore, ...(refusal && { refusal }) };
        this.#effortsFor(key, intent, round)?.set(effectWish(effect), effort);
      },
    };
  }

  /** The Deployment is not followed any more. */
  forget(key: string): void {
    this.#efforts.delete(key);
  }

  #effortsOf(key: string, intent: string): Efforts['byWish'] | undefined {
    const present = this.#efforts.get(key);
    return present?.intent === intent ? present.byWish : undefined;
  }

  /** Drops what is of no interest any more. Nothing is kept of a Deployment about which there is no effort. */
  #prune(key: string, intent: string, now: number): void {
    const byWish = this.#effortsOf(key, intent);
    for (const [wish, { notBefore }] of byWish ?? []) if (now - notBefore >= QUIET_MS) byWish?.delete(wish);
    if (byWish === undefined || byWish.size === 0) this.#efforts.delete(key);
  }

  /** An attempt may end after its round, and is noted for the rounds since; but not where something else is wanted by now. */
  #effortsFor(key: string, intent: string, round: number): Efforts['byWish'] | undefined {
    const present = this.#efforts.get(key);
    if (present?.intent === intent) return present.byWish;
    if (present !== undefined && present.round > round) return undefined;
    const byWish = new Map<string, Effort>();
    this.#efforts.set(key, { intent, round, byWish });
    return byWish;
  }
}

/** @param count how often it was attempted in a row */
const delayMs = ({ firstMs, secondMs, factor, mostMs }: Pace, count: number): number =>
  count === 1 ? firstMs : Math.min(secondMs * factor ** (count - 2), mostMs);
