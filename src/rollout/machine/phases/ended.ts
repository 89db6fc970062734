import { askHooks, hooksOf, hooksPassed } from '../ask-hooks.ts';
import type { HookCall } from '../calls.ts';
import { type Fact, fact } from '../facts.ts';
import { displayName, type Next, type Releasing, stay, updateRelease } from '../situation.ts';

/** The moment of the questions that come after the end. */
export const POST_ROLLOUT = 'post-rollout';

/** Nothing is under way. What hooks say after the end is told, and changes nothing. */
export function ended(s: Releasing): Next {
  const open = s.state.release.calls ?? [];
  const hooks = hooksOf(s.spec, 'post-rollout').filter(({ name }) => open.some(({ hook }) => hook === name));
  const { calls, changed, answered } = askHooks(s, hooks, POST_ROLLOUT);
  if (!changed) return stay(s);
  return updateRelease(s, { calls: calls.length > 0 ? calls : undefined }, ...answered.map((call) => factOf(s, call)));
}

function factOf(s: Releasing, { hook, outcome, message = 'did not pass' }: HookCall): Fact {
  const [told] = hooksPassed(s, [hook]);
  if (outcome === 'passed' && told) return told;
  return fact('HookFailed', `Hook ${hook} of ${displayName(s)} ${message}`, s.state.release.revision);
}
