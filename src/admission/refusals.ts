import { BYPASS } from '../rollout/keys.ts';
import type { Deployment } from '../rollout/kube.ts';
import { parseBypass } from '../rollout/workload/bypass.ts';
import { readRolling } from '../rollout/workload/hold.ts';
import { conditionOf, isObserved } from '../rollout/workload/rollout-status.ts';
import { stopsPodsFirst } from '../rollout/workload/strategy.ts';
import { annotationOf, type Change } from './change.ts';
import { type GateMove, hasJustBegun, oldPods } from './gate.ts';
import * as messages from './messages.ts';
import { type AdmissionRefusal, invalid, refuse } from './request.ts';

type Check = (change: Change, move: GateMove) => AdmissionRefusal | undefined;

/** In this order; the first that refuses answers. */
const CHECKS: readonly Check[] = [optOutWhileHeld, unreadableHold, frozenMixture, unusableBypass];

/** Why a request cannot be admitted in any form; undefined when it can. */
export function admissionRefusal(change: Change, move: GateMove): AdmissionRefusal | undefined {
  for (const check of CHECKS) {
    const refusal = check(change, move);
    if (refusal) return refusal;
  }
  return undefined;
}

function optOutWhileHeld(change: Change): AdmissionRefusal | undefined {
  if (change.isIn || change.gate.state === 'open') return undefined;
  return refuse(messages.optOutWhileHeld(change));
}

function unreadableHold(change: Change, move: GateMove): AdmissionRefusal | undefined {
  const touchesGate = change.templateChange === 'revision' || change.sent.spec.paused !== true;
  return move.do === 'keepUnread' && touchesGate ? refuse(messages.unreadableHold(change)) : undefined;
}

/** Pausing now would freeze pods of two templates, one of them never analysed. */
function frozenMixture(change: Change, move: GateMove): AdmissionRefusal | undefined {
  const { old } = change;
  if (move.do !== 'hold' || !isMoving(old) || isStuck(old) || isWayBack(change)) return undefined;
  return refuse(messages.stillRolling(change, hasJustBegun(old) ? 0 : oldPods(old)));
}

/**
 * Pods of an older template are left; a pause that came before the first new pod keeps them all alike. Where all of them were
 * stopped first, the canary has the traffic until the promotion is over.
 */
function isMoving(old: Deployment): boolean {
  if (stopsPodsFirst(old) && readRolling(old) !== undefined) return true;
  const stillWhole = old.spec.paused === true && isObserved(old) && (old.status?.updatedReplicas ?? 0) === 0;
  return (oldPods(old) > 0 && !stillWhole) || hasJustBegun(old);
}

const isStuck = (old: Deployment): boolean => isObserved(old) && conditionOf(old, 'Progressing')?.status === 'False';

/** The revision that a moving promotion came from: the revert of a crashing release must not wait for it. */
const isWayBack = ({ wasIn, old, revision }: Change): boolean => wasIn && readRolling(old)?.from === revision;

function unusableBypass(change: Change): AdmissionRefusal | undefined {
  const text = annotationOf(change.sent, BYPASS);
  if (text === undefined || text === annotationOf(change.old, BYPASS) || change.templateChange !== 'same')
    return undefined;
  return parseBypass(text) === undefined ? invalid(messages.unusableBypass(text)) : undefined;
}
