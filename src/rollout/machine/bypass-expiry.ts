import { userWords } from '../user-name.ts';
import { readBypass } from '../workload/bypass.ts';
import { fact } from './facts.ts';
import { displayName, type Next, type Situation } from './situation.ts';
import { time } from './state.ts';

/** A bypass whose time is over is told of once: its end is remembered with what is told. What removes it is an effect. */
export function withBypassExpiry(s: Omit<Situation, 'state'>, next: Next): Next {
  const bypass = readBypass(s.seen.deployment, s.now);
  if (bypass.is !== 'expired' || next.state.bypassExpiry === time(bypass.endsAt)) return next;
  const name = displayName({ ...s, state: next.state });
  const told = fact(
    'BypassExpired',
    `The bypass of ${name} by ${userWords(bypass.by)} has expired: changes are held again`,
  );
  return { state: { ...next.state, bypassExpiry: time(bypass.endsAt) }, facts: [...next.facts, told] };
}
