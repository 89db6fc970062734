/** For how long a timer is trusted to be still there: Redis may lose what it took. */
const TRUSTED_MS = 5_000;

/** With more it begins anew; what is not remembered is set again, which does no harm. */
const MOST = 5_000;

/**
 * The timers that this process has set a moment ago. Nearly every tick of a release asks for the timer that the one before it
 * asked for, and to find that out, Redis and BullMQ work as much as for a new one.
 */
export class RecentTimers {
  readonly #timers = new Map<string, { at: number; setAt: number }>();

  /** Whether a timer is to be set; it then counts as set. @param at, now milliseconds since the epoch */
  take(key: string, at: number, now: number): boolean {
    const last = this.#timers.get(key);
    if (last?.at === at && now - last.setAt < TRUSTED_MS) return false;
    if (this.#timers.size >= MOST) this.forget();
    this.#timers.set(key, { at, setAt: now });
    return true;
  }

  /** Redis was away: what it had may be lost. */
  forget(): void {
    this.#timers.clear();
  }
}
