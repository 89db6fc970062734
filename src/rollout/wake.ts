import type { Situation } from './situation.ts';
import { ms, type Phase, type RolloutState } from './state.ts';

/** When the state asks to be looked at again by the clock: the earliest of its timers, milliseconds since the epoch. */
export function wakeAt({ state, settleMs, spec }: Situation): number | undefined {
  const times = timers(state, settleMs, spec.analysis.intervalMs);
  return times.length > 0 ? Math.min(...times) : undefined;
}

const DRAINING: ReadonlySet<Phase> = new Set(['Finalising', 'Progressing', 'Waiting']);

function timers({ phase, release }: RolloutState, settleMs: number, intervalMs: number): number[] {
  if (release === undefined) return [];
  const { checkAt, deadline, weightSince, weight } = release;
  const times: number[] = [];
  if (phase === 'Progressing' && checkAt !== undefined) times.push(ms(checkAt));
  if (phase === 'Progressing' && deadline !== undefined) times.push(ms(deadline));
  if (DRAINING.has(phase) && weightSince !== undefined && checkAt === undefined) {
    times.push(ms(weightSince) + (weight > 0 ? intervalMs : settleMs));
  }
  return times;
}
