/** Milliseconds since the epoch. */
export type Clock = () => number;

/** `Date` of an answer is in whole seconds, cut off. */
const STAMP_MS = 1_000;
/** Two clocks may drift apart by so much of the time that passes: what an answer told is worth less later. */
const DRIFT = 0.000_5;
/** So many answers in a row that contradict the ones before are believed: the API server's clock was set. */
const BELIEVED = 3;

/** What the offset between two clocks lies within. */
interface Bounds {
  low: number;
  high: number;
}

const UNKNOWN: Bounds = { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };

export interface ServerClockOptions {
  /** This machine's clock, as it was when the process began, so that nobody sets it meanwhile. */
  local?: Clock;
  /** Is told each new offset: what is to be added to the machine's clock. */
  onOffset?: (ms: number) => void;
}

/**
 * The API server's clock, as its answers tell of it. By it goes all that schedulers write into records and compare with them, so
 * that they agree whatever the clocks of their machines say.
 *
 * An answer with the time T was made between request and answer, and in the second after T: that bounds the offset. More
 * answers make the bounds narrower, to some ten milliseconds. The machine's clock is corrected no further than to the nearer
 * bound: one that is right is left alone.
 */
export class ServerClock {
  readonly #local: Clock;
  readonly #onOffset: ((ms: number) => void) | undefined;
  #bounds = UNKNOWN;
  #boundedAt = 0;
  #doubts = 0;
  #offsetMs = 0;

  constructor({ local = machineClock, onOffset }: ServerClockOptions = {}) {
    this.#local = local;
    this.#onOffset = onOffset;
  }

  /** The machine's clock until the API server has answered for the first time. */
  readonly now: Clock = () => Math.round(this.#local() + this.#offsetMs);

  /** For `note`, when a request goes out. */
  readonly local: Clock = () => this.#local();

  /** Takes note of an answer. @param date its header `Date` @param sentAt when it was asked for, by `local` */
  note(date: string | readonly string[] | undefined, sentAt: number): void {
    const stamp = typeof date === 'string' ? Date.parse(date) : Number.NaN;
    if (Number.isNaN(stamp)) return;
    const now = this.#local();
    const told = { low: stamp - now, high: stamp + STAMP_MS - sentAt };
    const both = common(this.#widened(now), told);
    this.#doubts = both === undefined ? this.#doubts + 1 : 0;
    if (both === undefined && this.#doubts < BELIEVED) return;
    this.#bounds = both ?? told;
    this.#boundedAt = now;
    this.#correct();
  }

  #widened(now: number): Bounds {
    const drift = Math.max(now - this.#boundedAt, 0) * DRIFT;
    return { low: this.#bounds.low - drift, high: this.#bounds.high + drift };
  }

  #correct(): void {
    const { low, high } = this.#bounds;
    const offsetMs = Math.min(Math.max(this.#offsetMs, low), high);
    if (offsetMs === this.#offsetMs) return;
    this.#offsetMs = offsetMs;
    this.#onOffset?.(offsetMs);
  }
}

const machineClock: Clock = () => performance.timeOrigin + performance.now();

function common(a: Bounds, b: Bounds): Bounds | undefined {
  const both = { low: Math.max(a.low, b.low), high: Math.min(a.high, b.high) };
  return both.low <= both.high ? both : undefined;
}
