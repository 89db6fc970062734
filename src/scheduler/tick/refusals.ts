import { isAlreadyExists, isNotFound, isRefused, type KubeError } from '../../cluster/errors.ts';
import type { Effect } from '../../rollout/machine/effects.ts';

/** That the API server refused an effect as invalid or forbidden. */
export interface EffectRefusal {
  /** What the effect was about. */
  of: 'canary' | 'traffic' | 'pins';
  /** The API server's message. */
  words: string;
}

/** The refusal that an effect's error stands for; undefined for an error that trying again may cure. */
export function effectRefusalOf(effect: Effect, error: unknown): EffectRefusal | undefined {
  const of = CONCERNS[effect.do];
  if (of === undefined || !(isRefused(error) || (effect.do === 'changeTraffic' && cannotBeMade(effect, error))))
    return undefined;
  return { of, words: error.message };
}

const CONCERNS: Partial<Record<Effect['do'], EffectRefusal['of']>> = {
  createCanary: 'canary',
  replaceCanary: 'canary',
  setRoute: 'traffic',
  changeTraffic: 'traffic',
  createSnapshot: 'pins',
  pinTemplate: 'pins',
};

/** Creating fails for good where an object of a user has the name, or where the kind is not installed. */
const cannotBeMade = ({ change }: Extract<Effect, { do: 'changeTraffic' }>, error: unknown): error is KubeError =>
  change.do === 'create' && (isAlreadyExists(error) || isNotFound(error));

/**
 * What the API server refused, by Deployment, for the next decision. A refused canary (policy, quota, validation) is told to
 * one decision: the release ends by it. A refusal of traffic settings is told to every one until they are accepted.
 */
export class Refusals {
  readonly #canary = new Map<string, string>();
  readonly #traffic = new Map<string, string>();
  readonly #pins = new Map<string, string>();

  /** What the next decision is told: the API server's message. */
  of(key: string): string | undefined {
    return this.#canary.get(key) ?? this.#traffic.get(key);
  }

  ofTraffic(key: string): string | undefined {
    return this.#traffic.get(key);
  }

  /** Told until they are accepted, as nothing begins before. */
  ofPins(key: string): string | undefined {
    return this.#pins.get(key);
  }

  /** Takes the refusals of attempts that no round waited for. */
  add(key: string, refusals: readonly EffectRefusal[]): void {
    for (const { of, words } of refusals) set(this.#mapOf(of), key, words);
  }

  /** To be called when a decision that was told is committed. */
  heard(key: string): void {
    this.#canary.delete(key);
  }

  /** Takes the refusals of a round; true if the next decision is told something new by them. */
  take(key: string, refusals: readonly EffectRefusal[]): boolean {
    const words = (wanted: EffectRefusal['of']) => refusals.find(({ of }) => of === wanted)?.words;
    const canary = words('canary');
    const traffic = words('traffic');
    const pins = words('pins');
    const isNews =
      canary !== undefined ||
      (traffic !== undefined) !== this.#traffic.has(key) ||
      (pins !== undefined) !== this.#pins.has(key);
    set(this.#pins, key, pins);
    set(this.#canary, key, canary);
    set(this.#traffic, key, traffic);
    return isNews;
  }

  #mapOf(of: EffectRefusal['of']): Map<string, string> {
    if (of === 'canary') return this.#canary;
    return of === 'traffic' ? this.#traffic : this.#pins;
  }
}

function set(map: Map<string, string>, key: string, words: string | undefined): void {
  if (words === undefined) map.delete(key);
  else map.set(key, words);
}
