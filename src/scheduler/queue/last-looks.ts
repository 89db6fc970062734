import { RecentMap } from '../../recent-map.ts';

/** Deployments that are remembered; of any other nothing is known, and it is looked at. */
const MOST = 20_000;

/**
 * How soon a Deployment is looked at again for what changed: controllers write in bursts, and one look sees all of it. What is long
 * at rest is looked at at once.
 */
const PAUSE_MS = 100;

interface Look {
  /** Milliseconds since the epoch. */
  begunAt: number;
  /** When the next one is to be, as something was noticed since. */
  nextAt?: number;
  /** When it asked for the next one. */
  wakeAt?: number;
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
    if (look !== undefined) look.wakeAt = wakeAt;
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
    const look = this.#looks.get(key);
    if (look === undefined) return now;
    if (look.nextAt !== undefined && look.nextAt > now) return undefined;
    look.nextAt = Math.min(Math.max(look.begunAt + PAUSE_MS, now), now + PAUSE_MS);
    return look.nextAt;
  }

  /** Whether a look has begun since the job was due, so that there is nothing left for it to do. No look of a time to come counts: the clock went back. */
  covers({ key, dueAt }: { key: string; dueAt: number }, now: number): boolean {
    const look = this.#looks.get(key);
    return look !== undefined && look.nextAt === undefined && look.begunAt >= dueAt && look.begunAt <= now;
  }
}
