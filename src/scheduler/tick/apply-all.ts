import { isLostRace, isNotFound } from '../../cluster/errors.ts';
import { AppError } from '../../errors.ts';
import type { Effect } from '../../rollout/machine/effects.ts';
import type { EffectPacer, EffectResult } from './effect-backoff.ts';
import { type EffectRefusal, effectRefusalOf } from './refusals.ts';

export interface ApplyResult {
  /** Something was written: look again at once. */
  done: boolean;
  /** Milliseconds after which to look again, for what was not done; undefined: all was done. */
  retryMs?: number;
  /** What the API server will not have: of this round's attempts, and of earlier ones that wait to be made again. */
  refusals: EffectRefusal[];
}

export interface Attempts {
  attempt: (effect: Effect) => Promise<void>;
  /** When an effect that was attempted before may be attempted again. */
  pacer: EffectPacer;
  onError: (effect: Effect, error: unknown) => void;
}

/** Tries every effect that may be tried, in order: one that fails must not keep traffic from going back. */
export async function applyAll(effects: readonly Effect[], attempts: Attempts): Promise<ApplyResult> {
  const { pacer } = attempts;
  const waits: number[] = [];
  const refusals: EffectRefusal[] = [];
  let done = false;
  for (const effect of effects) {
    const result = pacer.waitMs(effect) > 0 ? 'waits' : await attemptOne(effect, attempts);
    if (result === 'done') done = true;
    else waits.push(pacer.waitMs(effect));
    const refusal = pacer.refusalOf(effect);
    // A canary that was refused is told once, and the release ends by it.
    if (refusal && (result !== 'waits' || refusal.of !== 'canary')) refusals.push(refusal);
  }
  return { done, refusals, ...(waits.length > 0 && { retryMs: Math.min(...waits) }) };
}

async function attemptOne(effect: Effect, { attempt, pacer, onError }: Attempts): Promise<EffectResult> {
  try {
    await attempt(effect);
    pacer.note(effect, 'done');
    return 'done';
  } catch (error) {
    const refusal = effectRefusalOf(effect, error);
    const result = refusal ? 'refused' : failureOf(error);
    pacer.note(effect, result, refusal);
    if (result !== 'raced') onError(effect, error);
    return result;
  }
}

function failureOf(error: unknown): EffectResult {
  if (isLostRace(error) || isNotFound(error)) return 'raced';
  return error instanceof AppError && error.retry ? 'unanswered' : 'failed';
}
