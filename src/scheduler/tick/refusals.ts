import { isAlreadyExists, isNotFound, isRefused, type KubeError } from '../../cluster/errors.ts';
import type { Canary } from '../../rollout/machine/canary.ts';
import type { Effect } from '../../rollout/machine/effects.ts';
import type { Observation } from '../../rollout/machine/observation.ts';
import { isSame } from '../../rollout/workload/template.ts';

/** That the API server refused an effect as invalid or forbidden. */
export interface EffectRefusal {
  /** What the effect was about. */
  of: 'canary' | 'traffic' | 'pins' | 'rollOut';
  /** The API server's message. */
  words: string;
}

/** The refusal that an effect's error stands for; undefined for an error that trying again may cure. */
export function effectRefusalOf(effect: Effect, error: unknown): EffectRefusal | undefined {
  const of = CONCERNS[effect.do];
  // Nothing waits for it, and whoever owns the object may have made it so that it cannot be written.
  if (effect.do === 'changeTraffic' && effect.isElsewhere) return undefined;
  const isMeant = isRefused(error) || (effect.do === 'changeTraffic' && cannotBeMade(effect, error));
  return of !== undefined && isMeant ? { of, words: error.message } : undefined;
}

/**
 * The same for the write by which a Deployment rolls out, or back, where it is not taken time and again: a webhook of somebody's that
 * must answer does not. What was lost to somebody faster is no such error.
 */
export const lastingRefusalOf = (effect: Effect, error: unknown): EffectRefusal | undefined =>
  CONCERNS[effect.do] === 'rollOut' && error instanceof Error ? { of: 'rollOut', words: error.message } : undefined;

const CONCERNS: Partial<Record<Effect['do'], EffectRefusal['of']>> = {
  createCanary: 'canary',
  replaceCanary: 'canary',
  setRoute: 'traffic',
  changeTraffic: 'traffic',
  createSnapshot: 'pins',
  pinTemplate: 'pins',
  liftHold: 'rollOut',
  restoreTemplate: 'rollOut',
  rollBack: 'rollOut',
};

/** Creating fails for good where an object of a user has the name, or where the kind is not installed. */
const cannotBeMade = ({ change }: Extract<Effect, { do: 'changeTraffic' }>, error: unknown): error is KubeError =>
  change.do === 'create' && (isAlreadyExists(error) || isNotFound(error));

/** The API server's message, by what was refused. */
type Refused = Partial<Record<EffectRefusal['of'], string>>;

/** A state of the record of a Deployment. */
export interface RecordState {
  /** What people want, and the release: for another one nothing counts that was refused before. */
  intent: string;
  status: Canary['status'];
}

/**
 * What the API server refused, by Deployment, for the next decision. A refused canary (policy, quota, validation) is told to
 * one decision: the release ends by it. So is each refused attempt to let the Deployment roll out, or back. A refusal of traffic
 * settings, or of pins, is told to every one until they are accepted.
 *
 * It counts while the status is as this process left it, whatever else anybody writes into the record. Where another scheduler went on
 * since, that one has found out what the API server says by now: traffic and pins count while its status says the same.
 */
export class Refusals {
  readonly #known = new Map<string, RecordState & { refused: Refused }>();

  /** What the next decision is told: the API server's message. @param now the record that it decides on */
  of(key: string, now: RecordState): string | undefined {
    const { canary, traffic } = this.#at(key, now);
    return canary ?? traffic;
  }

  ofTraffic(key: string, now: RecordState): string | undefined {
    return this.#at(key, now).traffic;
  }

  /** What nothing goes on before. */
  ofWrites(key: string, now: RecordState): Pick<Observation, 'unpinnable' | 'rollOutRefused'> {
    const { pins, rollOut } = this.#at(key, now);
    return {
      ...(pins !== undefined && { unpinnable: pins }),
      ...(rollOut !== undefined && { rollOutRefused: rollOut }),
    };
  }

  /** Takes the refusals of attempts that no round waited for. */
  add(key: string, refusals: readonly EffectRefusal[], now: RecordState): void {
    if (refusals.length > 0) this.#set(key, now, { ...this.#at(key, now), ...byWhat(refusals) });
  }

  /**
   * Takes the refusals of a round, in which a decision was told those before; true if the next one is told something new by them.
   * @param before the record that the round decided on
   * @param after as the round left it
   */
  take(key: string, refusals: readonly EffectRefusal[], { before, after }: Record<'before' | 'after', RecordState>) {
    const [known, refused] = [this.#at(key, before), byWhat(refusals)];
    this.#set(key, after, refused);
    const isOther = (of: EffectRefusal['of']) => (refused[of] !== undefined) !== (known[of] !== undefined);
    return refused.canary !== undefined || isOther('traffic') || isOther('pins') || isOther('rollOut');
  }

  /** The Deployment is not followed any more. */
  forget(key: string): void {
    this.#known.delete(key);
  }

  #at(key: string, { intent, status }: RecordState): Refused {
    const known = this.#known.get(key);
    if (known === undefined || known.intent !== intent) return {};
    if (isSame(known.status, status)) return known.refused;
    const standing = Object.entries(known.refused).filter(
      ([of, words]) => SETTINGS.includes(of) && says(status, words),
    );
    return Object.fromEntries(standing);
  }

  #set(key: string, state: RecordState, refused: Refused): void {
    if (Object.keys(refused).length === 0) this.#known.delete(key);
    else this.#known.set(key, { ...state, refused });
  }
}

/** The first one of each. */
const byWhat = (refusals: readonly EffectRefusal[]): Refused =>
  Object.fromEntries(refusals.toReversed().map(({ of, words }) => [of, words]));

/** What of a Deployment's settings is refused for as long as they are the same. */
const SETTINGS: readonly string[] = ['traffic', 'pins'] satisfies EffectRefusal['of'][];

/** So much of what the API server said tells it from anything else. */
const TELLING = 100;

const says = (status: Canary['status'], words: string): boolean =>
  (status?.conditions ?? []).some(({ message }) => message?.includes(words.slice(0, TELLING)));
