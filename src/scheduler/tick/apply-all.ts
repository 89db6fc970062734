import { isLostRace, isNotFound } from '../../cluster/errors.ts';
import { AppError } from '../../errors.ts';
import type { Effect } from '../../rollout/machine/effects.ts';
import type { EffectPacer, EffectResult } from './effect-backoff.ts';
import { type EffectRefusal, effectRefusalOf, lastingRefusalOf } from './refusals.ts';
import type { TickWrites } from './tick-writes.ts';

export interface ApplyResult {
  /** Something was written: look again at once. */
  done: boolean;
  /** Milliseconds after which to look again, for what was not done; undefined: all was done, or is under way. */
  retryMs?: number;
  /** What the API server will not have: of this round's attempts, and of earlier ones that wait to be made again. */
  refusals: EffectRefusal[];
}

export interface Attempts {
  attempt: (effect: Effect) => Promise<void>;
  /** When an effect that was attempted before may be attempted again. */
  pacer: EffectPacer;
  writes: TickWrites;
  /** Whether nothing else may keep an effect waiting. */
  isUrgent: (effect: Effect) => boolean;
  onError: (effect: Effect, error: unknown) => void;
}

interface Outcome {
  result: EffectResult | 'waits' | 'underWay';
  /** Milliseconds after which to attempt it again. */
  waitMs?: number;
  refusal?: EffectRefusal | undefined;
}

/** After so many, what is not taken is told: half a minute of answers that say nothing. */
const LASTING_ATTEMPTS = 8;

/** What was not begun, as other writes took too long. */
const NEXT_ROUND_MS = 50;

/**
 * Tries every effect that may be tried: first what is urgent, all at once, then the others in order. One that fails must not keep
 * traffic from going back; nor must one that is not answered, which is waited for no longer than the round may take.
 */
export async function applyAll(effects: readonly Effect[], attempts: Attempts): Promise<ApplyResult> {
  const urgent = effects.filter(attempts.isUrgent);
  const outcomes = await Promise.all(urgent.map((effect) => tryOne(effect, attempts)));
  for (const effect of effects.filter((other) => !urgent.includes(other))) {
    const isLeft = attempts.writes.isOver;
    const left: Outcome = { result: 'waits', waitMs: NEXT_ROUND_MS, refusal: standing(effect, attempts) };
    outcomes.push(isLeft ? left : await tryOne(effect, attempts));
  }
  const waits = outcomes.map(({ waitMs }) => waitMs).filter((waitMs) => waitMs !== undefined);
  return {
    done: outcomes.some(({ result }) => result === 'done'),
    refusals: outcomes.map(({ refusal }) => refusal).filter((refusal) => refusal !== undefined),
    ...(waits.length > 0 && { retryMs: Math.min(...waits) }),
  };
}

async function tryOne(effect: Effect, attempts: Attempts): Promise<Outcome> {
  const { pacer, writes } = attempts;
  const refusal = standing(effect, attempts);
  if (writes.isUnderWay(effect)) return { result: 'underWay', refusal };
  const waitMs = pacer.waitMs(effect);
  if (waitMs > 0) return { result: 'waits', waitMs, refusal };
  return (await writes.inTime(effect, attemptOne(effect, attempts))) ?? { result: 'underWay', refusal };
}

/**
 * What the API server said last stands until it says something else. A canary that was refused is told once, and the release ends by
 * it. So is a roll-out: another attempt may be under way, by another scheduler too, and what would be told of it is over.
 */
function standing(effect: Effect, { pacer }: Attempts): EffectRefusal | undefined {
  const refusal = pacer.refusalOf(effect);
  return refusal?.of === 'canary' || refusal?.of === 'rollOut' ? undefined : refusal;
}

async function attemptOne(effect: Effect, { attempt, pacer, onError }: Attempts): Promise<Outcome> {
  try {
    await attempt(effect);
    pacer.note(effect, 'done');
    return { result: 'done' };
  } catch (error) {
    const meant = effectRefusalOf(effect, error);
    const result = meant ? 'refused' : failureOf(error);
    pacer.note(effect, result, meant);
    const isLasting = result !== 'raced' && pacer.attempts(effect) >= LASTING_ATTEMPTS;
    const refusal = meant ?? (isLasting ? lastingRefusalOf(effect, error) : undefined);
    if (result !== 'raced') onError(effect, error);
    return { result, waitMs: pacer.waitMs(effect), refusal };
  }
}

function failureOf(error: unknown): EffectResult {
  if (isLostRace(error) || isNotFound(error)) return 'raced';
  return error instanceof AppError && error.retry ? 'unanswered' : 'failed';
}
