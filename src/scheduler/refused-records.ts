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
  /** By the key of the Deployment, how often it was refused one after the other. */
  readonly #refused = new RecentMap<string, number>(MOST_KNOWN);

  /** @return milliseconds until the next attempt */
  refused(key: string): number {
    const times = this.#refused.get(key) ?? 0;
    this.#refused.set(key, times + 1);
    return Math.min(SOONEST_MS * 2 ** times, LATEST_MS);
  }

  accepted(key: string): void {
    this.#refused.delete(key);
  }
}
