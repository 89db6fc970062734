import type { Contender } from './contender.ts';

/** How many canaries may start side by side, at one point in time. */
export interface Places {
  limit: number;
  /** Milliseconds since the epoch. */
  now: number;
}

/** How a release stands in line. */
export interface PlaceReading {
  limit: number;
  /** How many wait before it. */
  ahead: number;
  /** It may start now. */
  isFree: boolean;
}

/** For so long a place is kept for a release whose turn it is: nobody waits for one that cannot be looked at. */
export const TURN_MS = 10_000;

const hasPlace = ({ until = 0 }: Contender, now: number): boolean => now < until;
const isWaiting = ({ until }: Contender): boolean => until === undefined;
const isPassedOver = ({ offeredAt = Number.POSITIVE_INFINITY }: Contender, now: number): boolean =>
  now - offeredAt >= TURN_MS;

/** First come, first served; of two at the same time, the one whose key comes first. */
const byTurn = (a: Contender, b: Contender): number => compare(a.since, b.since) || compare(a.key, b.key);
const compare = (a: string, b: string): number => Number(a > b) - Number(a < b);

/** How one stands among the contenders; what they have of itself does not count. */
export function readPlace(mine: Contender, contenders: Iterable<Contender>, { limit, now }: Places): PlaceReading {
  let [taken, ahead] = [0, 0];
  for (const other of contenders) {
    if (other.key === mine.key) continue;
    if (hasPlace(other, now)) taken += 1;
    else if (isWaiting(other) && byTurn(other, mine) < 0 && !isPassedOver(other, now)) ahead += 1;
  }
  return { limit, ahead, isFree: taken + ahead < limit };
}

/** Those that wait and may start now, in order. */
export function inTurn(contenders: readonly Contender[], { limit, now }: Places): Contender[] {
  let free = limit - contenders.filter((one) => hasPlace(one, now)).length;
  if (free <= 0) return [];
  const found: Contender[] = [];
  for (const one of contenders.filter(isWaiting).toSorted(byTurn)) {
    if (free <= 0) break;
    found.push(one);
    if (!isPassedOver(one, now)) free -= 1;
  }
  return found;
}
