import { wantedReplicas } from '../../workload/rollout-status.ts';
import { takenWords } from '../../workload/taken-names.ts';
import type { TrafficReason } from '../../workload/traffic-obstacle.ts';
import type { Reason } from '../facts.ts';
import { pinMove } from '../pins/pin-move.ts';
import type { PlaceReading } from '../places/line.ts';
import type { Releasing } from '../situation.ts';
import { canStart, unknownWords } from '../sources.ts';
import type { RolloutState } from '../state.ts';
import { trafficObstacle } from './traffic-obstacle.ts';

/** Why a held revision cannot start. */
export interface Obstacle {
  reason: Extract<Reason, 'Waiting' | 'WaitingForPlace' | 'NameTaken' | 'SourceUnknown'> | TrafficReason;
  /** A sentence with what makes it start. */
  message: string;
}

/** Undefined if it can start. */
export function obstacle(s: Releasing): Obstacle | undefined {
  const { hold, deployment } = s.seen;
  const { name } = deployment.metadata;
  const waiting = (message: string): Obstacle => ({ reason: 'Waiting', message });
  if (s.spec.suspend) return waiting(`${name} is suspended; the canary starts when suspend is taken away`);
  if (hold.state === 'held' && hold.hold.userPaused) {
    return waiting(`its user had paused ${name}; the canary starts after kubectl rollout resume deployment/${name}`);
  }
  if (wantedReplicas(deployment) === 0)
    return waiting(`${name} is scaled to zero; the canary starts when it is scaled up`);
  if (pinMove(s) !== undefined) return waiting(pinsFirst(s));
  const traffic = trafficObstacle(s);
  return (
    unknown(s) ??
    takenName(s) ??
    (traffic && { ...traffic, message: `its canary could be given no traffic: ${traffic.message}` })
  );
}

/** That a revision waits for its pins, for a person. */
export function pinsFirst({ seen: { deployment, unpinnable } }: Pick<Releasing, 'seen'>): string {
  const first = `the content that ${deployment.metadata.name} runs on is pinned first; the canary starts then`;
  return unpinnable === undefined ? first : `${first}, and this is in the way: ${unpinnable}`;
}

/** What a canary is started by cannot be read. */
function unknown({ seen }: Releasing): Obstacle | undefined {
  if (canStart(seen)) return undefined;
  return { reason: 'SourceUnknown', message: `this is not known: ${unknownWords(seen)}; the canary starts when it is` };
}

/** Somebody else's object has a name that the canary needs. */
export function takenName({ seen: { taken = [] } }: Releasing): Obstacle | undefined {
  return taken.length > 0 ? { reason: 'NameTaken', message: takenWords(taken) } : undefined;
}

/** The number is as it was when it was last looked at, and rounded in a long line: whoever moves up is not written anew each time. */
export function placeWords({ limit, ahead }: PlaceReading): string {
  const number = ahead + 1;
  const unit = 10 ** Math.floor(Math.log10(number));
  const rounded = number > 10 ? `about number ${Math.floor(number / unit) * unit}` : `number ${number}`;
  const most = limit === 1 ? 'one canary starts at a time' : `at most ${limit} canaries start side by side`;
  return `it waits for a place: ${most}, and it is ${rounded} in line`;
}

const waitsFor = (reason: Obstacle['reason'], state: RolloutState | undefined): boolean =>
  state?.phase === 'Waiting' && state.release?.reason === reason;

/** Whether a release waits until a name is free. */
export const waitsForName = (state: RolloutState | undefined): boolean => waitsFor('NameTaken', state);

/** Whether it waits for what no watch tells: objects that are not Headgate's, and rights. */
export const waitsUnwatched = (state: RolloutState | undefined): boolean =>
  waitsForName(state) || waitsFor('RouteForbidden', state);
