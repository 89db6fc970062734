import { Backoff } from '../cluster/backoff.ts';
import { RecentMap } from '../recent-map.ts';

const SOONEST_MS = 1_000;
const LATEST_MS = 60_000;
/** One that is forgotten is only tried again sooner. */
const MOST_KNOWN = 10_000;

/**
 * When the Canary of a Deployment that the API server would not have is written again. Quotas and policies stand for long, and may do so
 * for many Deployments: later and later, at the latest with the next resync, or when the Deployment changes.
 */
export class RefusedRecords {
  /** By the key of the Deployment. */
  readonly #backoffs = new RecentMap<string, Backoff>(MOST_KNOWN);

  /** @return milliseconds until the next attempt */
  refused(key: string): number {
    const backoff = this.#backoffs.get(key) ?? new Backoff({ baseMs: SOONEST_MS, maxMs: LATEST_MS, random: () => 1 });
    this.#backoffs.set(key, backoff);
    return backoff.next(0);
  }

  accepted(key: string): void {
    this.#backoffs.delete(key);
  }
}
