import type { Store } from '../../cluster/store.ts';
import { type Deployment, keyOf } from '../../rollout/kube.ts';
import { type Canary, targetOf } from '../../rollout/machine/canary.ts';
import type { Observation } from '../../rollout/machine/observation.ts';
import { mayStart } from '../../rollout/machine/observation-needs.ts';
import { type Contender, contenderOf, lineTime } from '../../rollout/machine/places/contender.ts';
import { inTurn, type PlaceReading, readPlace } from '../../rollout/machine/places/line.ts';
import type { RolloutState } from '../../rollout/machine/state.ts';
import { stateOf } from '../../rollout/machine/status.ts';
import { canaryName } from '../../rollout/names.ts';
import type { Records } from './records.ts';
import { stemKey } from './target-keys.ts';

export interface CanaryPlacesOptions {
  records: Records;
  canaries: Store<Deployment>;
  /** How many canaries start side by side. */
  limit: number;
  /** Milliseconds since the epoch. */
  clock: () => number;
  /** A place is free for the Deployment of this key. */
  onTurn: (key: string) => void;
}

/**
 * Who starts a canary and who waits for a place to do so, as records and canaries show it: no scheduler keeps a list that could be
 * lost, and all see the same one. What this process is about to commit counts at once, so that its own ticks never pass the limit;
 * what another one commits counts when the watch delivers it, and for that moment there may be more.
 */
export class CanaryPlaces {
  readonly #options: CanaryPlacesOptions;
  /** By the key of the record. */
  readonly #contenders = new Map<string, Contender>();
  /** Records that are being committed: the stores still have them as they were. */
  readonly #claimed = new Set<string>();

  constructor(options: CanaryPlacesOptions) {
    this.#options = options;
    const { records, canaries } = options;
    records.store.onChange(({ object, type }) => this.#look(object, type !== 'deleted'));
    canaries.onChange(({ object }) => {
      for (const record of stemKey(object).flatMap((key) => records.about(key))) this.#look(record);
    });
  }

  /** How a Deployment stands that may have to start a canary; undefined for any other. */
  read(record: Canary, state: RolloutState | undefined, seen: Omit<Observation, 'checks'>): PlaceReading | undefined {
    if (!mayStart(seen, state)) return undefined;
    const { limit, clock } = this.#options;
    const now = clock();
    const mine = { key: keyOf(record), since: lineTime(state, seen.revision, now) };
    const reading = readPlace(mine, this.#contenders.values(), { limit, now });
    if (!reading.isFree) this.#withdrawOffer(mine.key);
    return reading;
  }

  /** It has been looked at, and its place is another's: its turn is still to come. */
  #withdrawOffer(key: string): void {
    const { offeredAt, ...contender } = this.#contenders.get(key) ?? {};
    if (offeredAt !== undefined) this.#contenders.set(key, contender as Contender);
  }

  /** The state is to be committed: it counts from now on, until it is settled whether it was. */
  claim(record: Canary, state: RolloutState): void {
    const key = keyOf(record);
    this.#claimed.add(key);
    this.#take(key, contenderOf(key, state, this.#canaryOf(record)));
  }

  /** What the stores have of the record counts again. */
  settle(record: Canary): void {
    const key = keyOf(record);
    this.#claimed.delete(key);
    const present = this.#options.records.get(key);
    this.#look(present ?? record, present !== undefined);
  }

  #look(record: Canary, isThere = true): void {
    const key = keyOf(record);
    if (this.#claimed.has(key)) return;
    this.#take(key, isThere ? contenderOf(key, stateOf(record.status), this.#canaryOf(record)) : undefined);
  }

  #canaryOf(record: Canary): Deployment | undefined {
    return this.#options.canaries.get(canaryName(targetOf(record)));
  }

  #take(key: string, contender: Contender | undefined): void {
    const before = this.#contenders.get(key);
    if (before === undefined && contender === undefined) return;
    const isSame = before?.since === contender?.since && before?.until === contender?.until;
    if (isSame) return;
    if (contender === undefined) this.#contenders.delete(key);
    else this.#contenders.set(key, contender);
    this.#offer();
  }

  /** Has those looked at for whom a place is free now. */
  #offer(): void {
    const { limit, clock, records, onTurn } = this.#options;
    const now = clock();
    for (const contender of inTurn([...this.#contenders.values()], { limit, now })) {
      if (contender.offeredAt !== undefined) continue;
      this.#contenders.set(contender.key, { ...contender, offeredAt: now });
      const record = records.get(contender.key);
      if (record !== undefined) onTurn(targetOf(record));
    }
  }
}
