import { isDeepStrictEqual } from 'node:util';
import { BYPASS, ENROLLED, HELD, ROLLING } from '../rollout/keys.ts';
import type { Deployment } from '../rollout/kube.ts';
import { bypassOf, parseBypass } from '../rollout/workload/bypass.ts';
import { type Change, note } from './change.ts';
import type { GateMove } from './gate.ts';
import * as words from './messages.ts';

/** What the person at the terminal should know about an admitted request, most important first. */
export function warningsOf(change: Change, move: GateMove, model: Deployment): string[] {
  return [
    ...aboutGate(change, move),
    ...aboutBypass(change, move, model),
    ...(change.optInKept ? [words.optInKept(change)] : []),
    ...(!change.wasIn && change.isIn ? [words.enrolled(change)] : []),
    ...aboutState(change, move, model),
  ];
}

function aboutGate(change: Change, move: GateMove): string[] {
  switch (move.do) {
    case 'hold':
      return [words.held(change, move.hold)];
    case 'replace':
      return [words.replaced(change, move.hold, move.before)];
    case 'keep':
      return aboutKept(change, move);
    case 'leave':
    case 'keepUnread':
    case 'break':
      return [];
  }
}

function aboutKept(change: Change, { hold, resumed }: GateMove & { do: 'keep' }): string[] {
  if (change.templateChange === 'restart') return [words.restartWaits(hold)];
  if (resumed) return [words.resumed(change, hold)];
  if (change.sent.spec.paused !== true) return [words.staysPaused(change, hold)];
  return hold.verdict === 'failed' ? [words.failedStays(change, hold)] : [];
}

function aboutBypass(change: Change, move: GateMove, model: Deployment): string[] {
  const { templateChange, old, sent, isIn } = change;
  const had = note(old, BYPASS);
  const has = note(sent, BYPASS);
  if (!isIn || (had === undefined && has === undefined)) return [];
  if (shipsAround(change, move)) return shipped(change, move, model);
  if (templateChange === 'same') return has === had || has === undefined ? [] : [armed(change, move)];
  if (has === undefined) return templateChange === 'revision' ? [words.bypassLost(change)] : [];
  if (has !== had) return [words.bypassIgnored(change)];
  return change.bypass ? [] : [words.bypassExpired()];
}

const shipsAround = ({ bypass, templateChange }: Change, move: GateMove): boolean =>
  move.do === 'break' || (bypass && templateChange === 'revision');

function shipped(change: Change, move: GateMove, model: Deployment): string[] {
  const reason = parseBypass(note(change.old, BYPASS) ?? '')?.reason ?? '';
  const paused = move.do === 'break' && model.spec.paused === true;
  return [words.bypassed(change, reason), ...(paused ? [words.bypassedPaused(change)] : [])];
}

function armed(change: Change, move: GateMove): string {
  if (bypassOf(change.sent, change.now) === undefined) return words.bypassExpired();
  return move.do === 'keep' ? words.bypassArmedHeld(change, move.hold.revision) : words.bypassArmed(change);
}

/** Headgate's own keys that the request would have changed. A request that changes the gate rewrites them anyway. */
function aboutState(change: Change, move: GateMove, model: Deployment): string[] {
  if (!change.wasIn || !change.isIn) return [];
  const settled = move.do === 'leave' || move.do === 'keepUnread' || (move.do === 'keep' && !move.resumed);
  const state = settled ? [HELD, ROLLING] : [ROLLING];
  const keys = state.filter((key) => note(change.sent, key) !== note(model, key));
  if (lostLabel(change)) keys.push(ENROLLED);
  const leaves = isDeepStrictEqual(change.sent.spec.template, change.template) ? [] : [words.leavesPutBack()];
  return [...(keys.length > 0 ? [words.putBack(keys)] : []), ...leaves];
}

const isLabelled = ({ metadata }: Deployment): boolean => metadata.labels?.[ENROLLED] === 'true';

const lostLabel = ({ old, sent }: Change): boolean => isLabelled(old) && !isLabelled(sent);
