/** What becomes of a field: it comes over, it has no counterpart, or Headgate works without it. */
export type Fate = 'kept' | 'lost' | 'unneeded';

/** What a field's value is in Headgate's object; without a value the field is left out there. */
export interface Conversion {
  value?: unknown;
  /** What is different now, as a predicate on Flagger's value. */
  note?: string;
  /** What of the value did not come over, and what to do. */
  lost?: string;
}

/** What a conversion may look at besides the value. */
export interface Around {
  /** The name of the workload that the Canary is for. */
  target: string;
}

/** One row of the reference: fields that stand beside one another and share their fate. */
export interface Field {
  /** The path in Flagger's object: `[]` for each entry of a list, `{a,b}` at the end for several fields of one map. */
  path: string;
  fate: Fate;
  /** Where the value goes, if not to the same path. */
  to?: string;
  convert?: (value: unknown, around: Around) => Conversion;
  /** Of a kept field, what differs; of any other, why it is not there and what to do. Reports and documentation say it. */
  words?: string;
  /** A value with which Flagger does what Headgate does anyway: nothing is lost, and nothing is said. */
  isHarmless?: (value: unknown, around: Around) => boolean;
  /** The value must not be shown. */
  isSecret?: true;
}

export const kept = (path: string, more: Omit<Field, 'path' | 'fate'> = {}): Field => ({ path, fate: 'kept', ...more });

export const lost = (path: string, words: string, isHarmless?: Field['isHarmless']): Field => ({
  path,
  fate: 'lost',
  words,
  ...(isHarmless && { isHarmless }),
});

export const unneeded = (path: string, words: string): Field => ({ path, fate: 'unneeded', words });

/** The paths that a row is about. */
export function pathsOf({ path }: Field): string[] {
  const [, holder, names] = /^(.*)\.\{(.*)\}$/.exec(path) ?? [];
  return names === undefined ? [path] : names.split(',').map((name) => `${holder}.${name}`);
}

export const isOff = (value: unknown): boolean => value === false || value === 0 || value === '';
