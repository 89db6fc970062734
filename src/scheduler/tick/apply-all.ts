import { isLostRace, isNotFound } from '../../cluster/errors.ts';
import type { Effect } from '../../rollout/machine/effects.ts';
import { type EffectRefusal, effectRefusalOf } from './refusals.ts';

/** Somebody was faster: in how many milliseconds to look again. */
export const CONFLICT_MS = 100;
/** Something does not work. */
export const RETRY_MS = 1_000;
/** What was refused is tried again too, for a policy may have changed that nobody watches. */
const REFUSED_MS = 30_000;

export interface ApplyResult {
  /** Milliseconds after which to look again, for what was not done; undefined: all was done. */
  retryMs?: number;
  refusals: EffectRefusal[];
}

/** Tries every effect, in order: one that fails must not keep traffic from going back. */
export async function applyAll(
  effects: readonly Effect[],
  attempt: (effect: Effect) => Promise<void>,
  onError: (effect: Effect, error: unknown) => void,
): Promise<ApplyResult> {
  const retries: number[] = [];
  const refusals: EffectRefusal[] = [];
  for (const effect of effects) {
    try {
      await attempt(effect);
    } catch (error) {
      const refusal = effectRefusalOf(effect, error);
      const raced = refusal === undefined && (isLostRace(error) || isNotFound(error));
      if (refusal) refusals.push(refusal);
      if (!raced) onError(effect, error);
      retries.push(raced ? CONFLICT_MS : refusal ? REFUSED_MS : RETRY_MS);
    }
  }
  return { refusals, ...(retries.length > 0 && { retryMs: Math.min(...retries) }) };
}
