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

/** The API server's message, by what was refused. */
type Refused = Partial<Record<EffectRefusal['of'], string>>;

/**
 * What the API server refused, by Deployment, for the next decision. A refused canary (policy, quota, validation) is told to
 * one decision: the release ends by it. A refusal of traffic settings is told to every one until they are accepted.
 *
 * It is told only for as long as the record is as this process left it: where another scheduler went on since, that one has found out
 * what the API server says by now.
 */
export class Refusals {
  readonly #known = new Map<string, { at: string; refused: Refused }>();

  /** What the next decision is told: the API server's message. @param at which state of the record it decides on */
  of(key: string, at: string): string | undefined {
    const { canary, traffic } = this.#at(key, at);
    return canary ?? traffic;
  }

  ofTraffic(key: string, at: string): string | undefined {
    return this.#at(key, at).traffic;
  }

  /** Told until they are accepted, as nothing begins before. */
  ofPins(key: string, at: string): string | undefined {
    return this.#at(key, at).pins;
  }

  /** Takes the refusals of attempts that no round waited for. */
  add(key: string, refusals: readonly EffectRefusal[], at: string): void {
    this.#set(key, at, { ...this.#at(key, at), ...byWhat(refusals) });
  }

  /**
   * Takes the refusals of a round, in which a decision was told those before; true if the next one is told something new by them.
   * @param before the state of the record that the round decided on
   * @param at the state in which it left the record
   */
  take(key: string, refusals: readonly EffectRefusal[], { before, at }: { before: string; at: string }): boolean {
    const [known, refused] = [this.#at(key, before), byWhat(refusals)];
    this.#set(key, at, refused);
    const isOther = (of: EffectRefusal['of']) => (refused[of] !== undefined) !== (known[of] !== undefined);
    return refused.canary !== undefined || isOther('traffic') || isOther('pins');
  }

  /** The Deployment is not followed any more. */
  forget(key: string): void {
    this.#known.delete(key);
  }

  #at(key: string, at: string): Refused {
    const known = this.#known.get(key);
    return known?.at === at ? known.refused : {};
  }

  #set(key: string, at: string, refused: Refused): void {
    if (Object.keys(refused).length === 0) this.#known.delete(key);
    else this.#known.set(key, { at, refused });
  }
}

/** The first one of each. */
const byWhat = (refusals: readonly EffectRefusal[]): Refused =>
  Object.fromEntries(refusals.toReversed().map(({ of, words }) => [of, words]));
