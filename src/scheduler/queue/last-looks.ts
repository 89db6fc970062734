import { RecentMap } from '../../recent-map.ts';

/** Deployments that are remembered; of any other nothing is known, and it is looked at. */
const MOST = 20_000;

/**
 * How soon a Deployment is looked at again for what changed: controllers write in bursts, and one look sees all of it. What is long
 * at rest is looked at at once.
 */
const PAUSE_MS = 100;

/** Before any time of a clock. */
const NEVER = Number.NEGATIVE_INFINITY;

/** Times are milliseconds since the epoch. */
interface Look {
  begunAt: number;
  /** When the next one is to be, as something was noticed since. */
  nextAt?: number;
  /** When it asked for the next one. */
  wakeAt?: number;
  /** Nothing was asked for besides: Redis may have lost the one that was. */
  isOwed?: boolean;
}

/**
 * When each Deployment was last looked at by this process. Every scheduler that sees a change asks for a look, and the webhook does
 * too: one look answers all that was asked before it began. Whatever this process notices later asks for another.
 */
export class LastLooks {
  readonly #looks = new RecentMap<string, Look>(MOST);

  /** A look begins. @param at milliseconds since the epoch */
  begin(key: string, at: number): void {
    this.#looks.set(key, { begunAt: at });
  }

  /** A look has asked for the next one. @param wakeAt when it is to be, milliseconds since the epoch */
  planned(key: string, wakeAt: number): void {
    const look = this.#looks.get(key);
    if (look === undefined) return;
    look.wakeAt = wakeAt;
    look.isOwed = true;
  }

  /**
   * Whether a look was asked for, for a time before that, and none has begun here since. It is told until `settled`, as another
   * scheduler may have answered it long ago.
   */
  owes(key: string, before: number): boolean {
    const { nextAt, wakeAt, isOwed } = this.#looks.get(key) ?? {};
    return isOwed === true && (nextAt !== undefined || (wakeAt !== undefined && wakeAt < before));
  }

  /** It was asked for once more, or answered by another scheduler. */
  settled(key: string): void {
    const look = this.#looks.get(key);
    if (look !== undefined) look.isOwed = false;
  }

  /** Redis was away: of what was noticed and not looked at here, nobody may have been asked. */
  doubt(): void {
    for (const look of this.#looks.values()) if (look.nextAt !== undefined) look.isOwed = true;
  }

  /** When the next look is to be as the last one asked for it, milliseconds since the epoch; undefined where it did not. */
  plannedAt(key: string): number | undefined {
    return this.#looks.get(key)?.wakeAt;
  }

  /**
   * Something about it is another than a look saw. When the next is to be, milliseconds since the epoch; undefined where that one
   * was asked for already.
   */
  noticed(key: string, now: number): number | undefined {
    const { begunAt, nextAt, wakeAt } = this.#looks.get(key) ?? { begunAt: NEVER };
    if (nextAt !== undefined && nextAt > now) return undefined;
    const at = Math.min(Math.max(begunAt + PAUSE_MS, now), now + PAUSE_MS);
    this.#looks.set(key, { begunAt, nextAt: at, isOwed: true, ...(wakeAt !== undefined && { wakeAt }) });
    return at;
  }

  /** Whether a look has begun since the job was due, so that there is nothing left for it to do. No look of a time to come counts: the clock went back. */
  covers({ key, dueAt }: { key: string; dueAt: number }, now: number): boolean {
    const look = this.#looks.get(key);
    return look !== undefined && look.nextAt === undefined && look.begunAt >= dueAt && look.begunAt <= now;
  }
}
