import type { Canary } from '../../rollout/machine/canary.ts';
import type { Carriers } from './carriers.ts';
import type { KeyedExecutor } from './keyed-executor.ts';
import type { LastLooks } from './last-looks.ts';
import { LocalWakes } from './local-wakes.ts';
import type { WakeJob, WakeQueue } from './wake-queue.ts';

export interface ChangeWakesOptions {
  looks: Pick<LastLooks, 'noticed' | 'settled'>;
  carriers: Pick<Carriers, 'see'>;
  ticks: Pick<KeyedExecutor, 'rerun' | 'size'>;
  wakeQueue: Pick<WakeQueue, 'soon' | 'unlessSeen'>;
  /** The records of a Deployment, as they are now. */
  recordsOf: (key: string) => readonly Canary[];
  /** Whether they say that nothing is to be done before a time to come. */
  isSettled: (key: string, now: number) => boolean;
  /** Looks at a Deployment in this process. */
  look: (job: WakeJob) => void;
  /** How many ticks this process runs at the same time. */
  concurrency: number;
  /** Milliseconds since the epoch. */
  clock: () => number;
}

/** By then whoever carries a release on has looked at what changed of it, and written what follows. */
const OTHERS_MS = 2_000;

/** As many as Deployments are remembered: of more it is not known who carries them on. */
const MOST_OTHERS = 20_000;

/**
 * What a change asks for, which every scheduler sees. Most are what a running tick wrote itself: it runs once more then. Most others are
 * about releases that this process carries on. Neither takes the way through Redis, unless there is so much to do here that others are
 * to have a part of it. If this process dies with them, nothing is lost: who does not carry the release on asks for a look as well, a
 * little later. At once, two of them would decide the same, and one lose the race for each write.
 */
export class ChangeWakes {
  readonly #options: ChangeWakesOptions;
  readonly #own: LocalWakes;
  readonly #others: LocalWakes;
  /** What waits here for a look that nobody else would make. */
  readonly #learned = new Set<string>();

  constructor(options: ChangeWakesOptions) {
    this.#options = options;
    const { clock, concurrency, look, wakeQueue } = options;
    this.#own = new LocalWakes({ run: look, most: concurrency, clock });
    const ask = ({ key, dueAt }: WakeJob) => {
      wakeQueue.unlessSeen(key, dueAt - OTHERS_MS);
      options.looks.settled(key);
    };
    this.#others = new LocalWakes({ run: ask, most: MOST_OTHERS, clock });
  }

  /** Something about the Deployment is another than a look saw, and every scheduler sees it. */
  noticed(key: string): void {
    const { looks, ticks, carriers, recordsOf, wakeQueue, clock } = this.#options;
    const now = clock();
    const { carrier, isNews } = carriers.see(recordsOf(key));
    const at = looks.noticed(key, now);
    if (ticks.rerun(key) || (carrier === 'others' && this.#leave(key, now, isNews)) || at === undefined) return;
    if (carrier !== 'us' || !this.#soonHere(key, at)) wakeQueue.soon(key, at);
  }

  /** Something is known that this process alone asked for: nobody else will look for that. */
  learned(key: string): void {
    const { looks, ticks, wakeQueue, clock } = this.#options;
    const now = clock();
    // A look that was asked for already may have been left to others.
    const at = looks.noticed(key, now) ?? now;
    if (ticks.rerun(key)) return;
    if (this.#soonHere(key, at)) this.#learned.add(key);
    else wakeQueue.soon(key, at);
  }

  #soonHere(key: string, at: number): boolean {
    const { ticks, concurrency } = this.#options;
    return ticks.size < concurrency && this.#own.soon(key, at);
  }

  /**
   * What another one wrote besides may have been seen before its commit was, and taken for this process' own affair. A commit that
   * leaves nothing to be done answers what was noticed before it; what changed since the look that it follows from, the other one has
   * noticed as well.
   */
  #leave(key: string, now: number, isCommit: boolean): boolean {
    if (this.#learned.has(key)) return true;
    this.#own.answered(key);
    if (!isCommit || !this.#options.isSettled(key, now)) return this.#others.soon(key, now + OTHERS_MS);
    this.#others.answered(key);
    this.#options.looks.settled(key);
    return true;
  }

  /** A look has begun, which sees all that was noticed. */
  answered(key: string): void {
    this.#learned.delete(key);
    this.#own.answered(key);
    this.#others.answered(key);
  }

  stop(): void {
    this.#own.stop();
    this.#others.stop();
  }
}
