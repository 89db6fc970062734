import { isRefused } from '../cluster/errors.ts';
import { RecentMap } from '../recent-map.ts';

const SOON_MS = 1_000;
const LATEST_MS = 60_000;
/** One that is forgotten is only tried again sooner. */
const MOST_KNOWN = 10_000;

/**
 * When a look that failed is made again. What the API server understood and will not have it has no more of in a second: quotas and
 * policies stand for long, and may do so for many Deployments. All else may be over at any time.
 */
export class TickRetries {
  /** By the key of the Deployment, how often it was refused one after the other. */
  readonly #refused = new RecentMap<string, number>(MOST_KNOWN);

  /** @return milliseconds until the next look */
  failed(key: string, error: unknown): number {
    if (!isRefused(error)) return SOON_MS;
    const times = this.#refused.get(key) ?? 0;
    this.#refused.set(key, times + 1);
    return Math.min(SOON_MS * 2 ** times, LATEST_MS);
  }

  succeeded(key: string): void {
    this.#refused.delete(key);
  }
}
