import { isAlreadyExists, isNotFound, isRefused, type KubeError } from '../../cluster/errors.ts';
import type { Effect } from '../../rollout/machine/effects.ts';

/** What the API server would not have. */
export interface Refusal {
  of: 'canary' | 'traffic';
  words: string;
}

/** What an effect's error means: undefined if it may go well the next time. */
export function refusalOf(effect: Effect, error: unknown): Refusal | undefined {
  const of = CONCERNS[effect.do];
  if (of === undefined || !(isRefused(error) || (effect.do === 'changeTraffic' && cannotBeMade(effect, error))))
    return undefined;
  return { of, words: error.message };
}

const CONCERNS: Partial<Record<Effect['do'], Refusal['of']>> = {
  createCanary: 'canary',
  replaceCanary: 'canary',
  setRoute: 'traffic',
  changeTraffic: 'traffic',
};

/** An object of a user has the name, or the kind is not installed. */
const cannotBeMade = ({ change }: Extract<Effect, { do: 'changeTraffic' }>, error: unknown): error is KubeError =>
  change.do === 'create' && (isAlreadyExists(error) || isNotFound(error));

/**
 * What the API server refuses, by Deployment. A canary that it will not have (policy, quota, validation) is heard once, by
 * the round after; what it will not have of the traffic's settings stands until it takes them.
 */
export class Refusals {
  readonly #canary = new Map<string, string>();
  readonly #traffic = new Map<string, string>();

  /** In the API server's words. */
  of(key: string): string | undefined {
    return this.#canary.get(key) ?? this.#traffic.get(key);
  }

  ofTraffic(key: string): string | undefined {
    return this.#traffic.get(key);
  }

  heard(key: string): void {
    this.#canary.delete(key);
  }

  /** Takes what was refused in a round; true if that is news. */
  take(key: string, refusals: readonly Refusal[]): boolean {
    const words = (wanted: Refusal['of']) => refusals.find(({ of }) => of === wanted)?.words;
    const canary = words('canary');
    const traffic = words('traffic');
    const isNews = canary !== undefined || (traffic !== undefined) !== this.#traffic.has(key);
    set(this.#canary, key, canary);
    set(this.#traffic, key, traffic);
    return isNews;
  }
}

function set(map: Map<string, string>, key: string, words: string | undefined): void {
  if (words === undefined) map.delete(key);
  else map.set(key, words);
}
