import { wantedReplicas } from '../../workload/rollout-status.ts';
import { hooksOf } from '../ask-hooks.ts';
import { fact } from '../facts.ts';
import { throughGate } from '../gates.ts';
import { waitsForPlace } from '../places/contender.ts';
import {
  displayName,
  enterPhase,
  type Next,
  NO_HOOK_CALLS,
  NO_REASON,
  type Releasing,
  type Situation,
  stay,
  updateRelease,
  withoutTraffic,
} from '../situation.ts';
import { SERVING, time } from '../state.ts';
import { canarySize } from '../steps.ts';
import { type Obstacle, obstacle, pinsFirst, placeWords } from '../troubles/obstacle.ts';
import { planFor } from './next-weight.ts';

/** A revision comes to the gate, or comes there again: it begins, or it is told why not. */
export function startOrWait(s: Releasing): Next {
  const blocked = obstacle(s);
  if (blocked !== undefined) return wait(s, blocked);
  if (hooksOf(s.spec, 'confirm-rollout').length === 0) return startInTurn(s);
  return enterPhase(s, 'Waiting', { ...NO_HOOK_CALLS, ...NO_REASON });
}

/** Starts as soon as nothing is in the way, every confirm-rollout hook approves, and a place is free. */
export function waiting(s: Releasing): Next {
  const blocked = obstacle(s);
  // Who waits for a place is approved.
  if (blocked === undefined)
    return waitsForPlace(s.state) ? startInTurn(s) : throughGate(s, 'confirm-rollout', startInTurn);
  // It waits already, and the status says what is not known. Whose turn it is lets others go first.
  if (blocked.reason === 'SourceUnknown' && !isItsTurn(s)) return stay(s);
  return isTold(s, blocked) ? stay(s) : wait(s, blocked);
}

/** So many canaries start side by side: the next one starts when another is up, in the order of the changes. */
function startInTurn(s: Releasing): Next {
  const { place } = s.seen;
  if (place === undefined || place.isFree) return startCanary(s);
  const message = placeWords(place);
  if (!waitsForPlace(s.state)) return wait(s, { reason: 'WaitingForPlace', message });
  return message === s.state.release.message ? stay(s) : updateRelease(s, { message });
}

const isItsTurn = ({ state, seen: { place } }: Releasing): boolean => waitsForPlace(state) && place?.isFree !== false;

/** What others must mend is told piece by piece: a name may be another object's than before. */
const isTold = ({ state: { release } }: Releasing, { reason, message }: Obstacle): boolean =>
  release.reason === reason && (reason === 'Waiting' || release.message === message);

function wait(s: Releasing, { reason, message }: Obstacle): Next {
  const told = fact(reason, `${displayName(s)}: ${message}`, s.state.release.revision);
  return enterPhase(s, 'Waiting', { ...NO_HOOK_CALLS, reason, message }, told);
}

/** Until the revision that comes next has its pins, which are there in a moment. A canary that has traffic is of the one before: it serves no more. */
export function untilPinned(s: Situation): Next {
  const { phase, release } = s.state;
  if (release === undefined || !SERVING.has(phase)) return stay(s);
  const releasing: Releasing = { ...s, state: { ...s.state, release } };
  const waits = { reason: 'Waiting', message: pinsFirst(s) };
  return enterPhase(releasing, 'Waiting', { ...withoutTraffic(release), ...NO_HOOK_CALLS, ...waits });
}

/** From the start: no weight, no counts, a size for the first weight. */
function startCanary(s: Releasing): Next {
  const stableReplicas = wantedReplicas(s.seen.deployment);
  return enterPhase(s, 'Progressing', {
    stableReplicas,
    replicas: canarySize(stableReplicas, planFor(s)[0] ?? 0),
    ready: 0,
    peak: 0,
    checks: undefined,
    ...NO_HOOK_CALLS,
    decidedBy: undefined,
    failedChecks: 0,
    inconclusive: 0,
    errors: 0,
    deadline: time(s.now + s.spec.progressDeadlineMs + s.settleMs),
    reason: undefined,
    message: undefined,
  });
}
