import { isDeepStrictEqual } from 'node:util';
import { BYPASS, BYPASS_AT, BYPASS_BY, BYPASS_SPENT, ENROLLED, HELD, ROLLING } from '../rollout/keys.ts';
import type { Deployment } from '../rollout/kube.ts';
import { time } from '../rollout/machine/state.ts';
import { parseBypass, readBypass } from '../rollout/workload/bypass.ts';
import { annotationOf, type Change } from './change.ts';
import type { GateMove } from './gate.ts';
import * as messages from './messages.ts';
import { takingWords } from './taking.ts';

/** What the person at the terminal should know about an admitted request, most important first. */
export function warningsOf(change: Change, move: GateMove, model: Deployment): string[] {
  return [
    ...aboutGate(change, move),
    ...aboutBypass(change, move, model),
    ...(change.optInKept ? [messages.optInKept(change)] : []),
    ...(!change.wasIn && change.isIn ? [messages.enrolled(change), ...takingWords(model)] : []),
    ...aboutState(change, move, model),
  ];
}

function aboutGate(change: Change, move: GateMove): string[] {
  switch (move.do) {
    case 'hold':
      return [messages.held(change, move.hold)];
    case 'replace':
      return [messages.replaced(change, move.hold, move.before)];
    case 'keep':
      return aboutKept(change, move);
    case 'leave':
    case 'keepUnread':
    case 'break':
      return [];
  }
}

function aboutKept(change: Change, { hold, resumed }: GateMove & { do: 'keep' }): string[] {
  if (change.templateChange === 'restart') return [messages.restartWaits(hold)];
  if (resumed) return [messages.resumed(change, hold)];
  if (change.sent.spec.paused !== true) return [messages.staysPaused(change, hold)];
  return hold.verdict === 'failed' ? [messages.failedStays(change, hold)] : [];
}

function aboutBypass(change: Change, move: GateMove, model: Deployment): string[] {
  const { templateChange, old, sent, isIn, wasIn } = change;
  const had = annotationOf(old, BYPASS);
  const has = annotationOf(sent, BYPASS);
  if (!isIn || (had === undefined && has === undefined)) return [];
  if (!wasIn && annotationOf(model, BYPASS) !== undefined) return [messages.bypassBrought()];
  if (shipsAround(change, move)) return shipped(change, move, model);
  if (templateChange === 'same') return has === had || has === undefined ? [] : [armed(change, move, model)];
  if (has === undefined) return templateChange === 'revision' ? [messages.bypassLost(change)] : [];
  if (has !== had) return [messages.bypassIgnored(change)];
  return change.bypass ? [] : [notInForce(change)];
}

const shipsAround = ({ bypass, templateChange }: Change, move: GateMove): boolean =>
  move.do === 'break' || (bypass && templateChange === 'revision');

function shipped(change: Change, move: GateMove, model: Deployment): string[] {
  const reason = parseBypass(annotationOf(change.old, BYPASS) ?? '')?.reason ?? '';
  const paused = move.do === 'break' && model.spec.paused === true;
  return [messages.bypassed(change, reason), ...(paused ? [messages.bypassedPaused(change)] : [])];
}

function armed(change: Change, move: GateMove, model: Deployment): string {
  const bypass = readBypass(model, change.now);
  if (bypass.is === 'spent') return messages.bypassSpent();
  if (bypass.is !== 'inForce') return messages.bypassExpired();
  const { until = 0 } = parseBypass(bypass.text) ?? {};
  const end = { at: time(bypass.endsAt), isCut: until > bypass.endsAt };
  return move.do === 'keep'
    ? messages.bypassArmedHeld(change, move.hold.revision, end)
    : messages.bypassArmed(change, end);
}

/** Why a template was held although a bypass stands there. */
function notInForce({ standing }: Change): string {
  switch (standing.is) {
    case 'spent':
      return messages.bypassSpent();
    case 'expired':
      return messages.bypassExpired();
    case 'unstamped':
      return messages.bypassUnstamped();
    case 'none':
    case 'inForce':
      return messages.bypassUnread();
  }
}

/** Headgate's own keys that the request would have changed. A request that changes the gate rewrites them anyway. */
function aboutState(change: Change, move: GateMove, model: Deployment): string[] {
  if (!change.wasIn || !change.isIn) return [];
  const settled = move.do === 'leave' || move.do === 'keepUnread' || (move.do === 'keep' && !move.resumed);
  const state = [
    ...(settled ? [HELD] : []),
    ROLLING,
    BYPASS_SPENT,
    ...(isSameBypass(change) ? [BYPASS_BY, BYPASS_AT] : []),
  ];
  const keys = state.filter((key) => annotationOf(change.sent, key) !== annotationOf(model, key));
  if (lostLabel(change)) keys.push(ENROLLED);
  const onTemplate = isDeepStrictEqual(change.sent.spec.template, change.template)
    ? []
    : [messages.templateAnnotationsPutBack()];
  return [...(keys.length > 0 ? [messages.putBack(keys)] : []), ...onTemplate];
}

/** Another text, or none, has another stamp, or none. */
const isSameBypass = ({ old, sent }: Change): boolean => annotationOf(sent, BYPASS) === annotationOf(old, BYPASS);

const isLabelled = ({ metadata }: Deployment): boolean => metadata.labels?.[ENROLLED] === 'true';

const lostLabel = ({ old, sent }: Change): boolean => isLabelled(old) && !isLabelled(sent);
