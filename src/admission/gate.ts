import { HELD } from '../rollout/keys.ts';
import type { Deployment } from '../rollout/kube.ts';
import { recordedUser } from '../rollout/user-name.ts';
import { type Hold, readRolling, writeHold } from '../rollout/workload/hold.ts';
import { isObserved } from '../rollout/workload/rollout-status.ts';
import { annotationOf, type Change } from './change.ts';

/** What a request does to the gate. `text` is the annotation's value afterwards. */
export type GateMove =
  /** Open before and after. */
  | { do: 'leave' }
  /** Open, and closed by this request. */
  | { do: 'hold'; hold: Hold; text: string }
  /** Closed, and closed on another template by this request. */
  | { do: 'replace'; hold: Hold; text: string; before: Hold }
  /** Closed on the same revision; `resumed` when the user's own pause ended. */
  | { do: 'keep'; hold: Hold; text: string; resumed: boolean }
  /** Closed by words that cannot be read; they stay. */
  | { do: 'keepUnread'; text: string }
  /** Closed, and opened by break-glass. */
  | { do: 'break' };

/** Follows from the old gate and the request alone. */
export function gateMove(change: Change): GateMove {
  const { gate, isIn } = change;
  if (!isIn) return { do: 'leave' };
  if (gate.state === 'open') return openGate(change);
  if (change.bypass && usesBypass(change)) return { do: 'break' };
  return gate.state === 'held' ? closedGate(change, gate.hold, gate.raw) : { do: 'keepUnread', text: gate.raw };
}

function openGate(change: Change): GateMove {
  const closes = change.templateChange === 'revision' || (!change.wasIn && templateAhead(change.old));
  if (!closes || change.bypass) return { do: 'leave' };
  const hold = newHold(change);
  return { do: 'hold', hold, text: writeHold(hold) };
}

function closedGate(change: Change, hold: Hold, raw: string): GateMove {
  if (change.templateChange === 'revision' && change.revision !== hold.revision) {
    const next = newHold(change);
    return { do: 'replace', hold: next, text: writeHold(next), before: hold };
  }
  const resumed = hold.userPaused === true && !change.ownPause;
  if (!resumed) return { do: 'keep', hold, text: raw, resumed };
  const { userPaused: _, ...rest } = hold;
  return { do: 'keep', hold: rest, text: writeHold(rest), resumed };
}

const newHold = ({ revision, user, ownPause }: Change): Hold => ({
  revision,
  by: recordedUser(user),
  ...(ownPause && { userPaused: true as const }),
});

/** With a bypass in force, the next template ships, and so does the held one when somebody takes pause or hold away. */
const usesBypass = ({ templateChange, sent }: Change): boolean =>
  templateChange === 'revision' || sent.spec.paused !== true || annotationOf(sent, HELD) === undefined;

/**
 * Paused by its user, with a template that its pods do not run yet: unpausing would roll it out past the gate. Where the
 * controller has not looked yet the answer is yes; a hold on what runs already is lifted at once.
 */
const templateAhead = (old: Deployment): boolean => old.spec.paused === true && (oldPods(old) > 0 || !isObserved(old));

/** A hold was just lifted: the counts in the status are still those from before the roll-out. */
export const hasJustBegun = (old: Deployment): boolean =>
  old.spec.paused !== true && readRolling(old) !== undefined && !isObserved(old);

/** Pods of older templates than the Deployment's own. A mere scale-up has none. */
export const oldPods = ({ status }: Deployment): number =>
  Math.max(0, (status?.replicas ?? 0) - (status?.updatedReplicas ?? 0));
