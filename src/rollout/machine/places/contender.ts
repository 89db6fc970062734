import type { Deployment } from '../../kube.ts';
import { arePodsAvailable } from '../canary-pods.ts';
import { ms, type RolloutState, type Time, time } from '../state.ts';

/** A release whose canary starts, or that waits for a place to start it: so many may start side by side. */
export interface Contender {
  /** Of its record. */
  key: string;
  /** When its change was first seen: the line is in this order. */
  since: Time;
  /** It has a place until then at the latest, milliseconds since the epoch; left out while it waits for one. */
  until?: number;
  /** Since when a place is free for it, milliseconds since the epoch; left out while none is. */
  offeredAt?: number;
}

/** Whether a release waits for a place, and for nothing else. */
export const waitsForPlace = ({ phase, release }: Pick<RolloutState, 'phase' | 'release'>): boolean =>
  phase === 'Waiting' && release?.reason === 'WaitingForPlace';

/**
 * What the record and the canary of a Deployment say; undefined where it neither starts nor waits for a place. A canary starts from
 * the commit that it is to be made by until its pods are available, or their deadline is over: whatever becomes of a release, its
 * place is free again.
 */
export function contenderOf(
  key: string,
  state: RolloutState | undefined,
  canary: Deployment | undefined,
): Contender | undefined {
  const release = state?.release;
  if (state === undefined || release?.path !== 'canary') return undefined;
  const { startedAt: since, weight, deadline } = release;
  if (waitsForPlace(state)) return { key, since };
  if (state.phase !== 'Progressing' || weight > 0 || deadline === undefined) return undefined;
  return arePodsAvailable(canary, release) ? undefined : { key, since, until: ms(deadline) };
}

/** The time by which a Deployment stands in line, if its revision has to wait at this look. */
export const lineTime = (state: RolloutState | undefined, revision: string, now: number): Time =>
  state?.phase === 'Waiting' && state.release?.revision === revision ? state.release.startedAt : time(now);
