import type { LabelSelector } from '../../kube.ts';
import { canaryName } from '../../names.ts';

/** The words by which metrics know the stable pods, each with the canary's in its place. */
export type CanaryNames = ReadonlyMap<string, string>;

/** @param words names of the Deployment and of its Service, and the value of the label that gets the suffix */
export const canaryNames = (words: readonly string[]): CanaryNames =>
  new Map(words.filter((word) => word !== '').map((word) => [word, canaryName(word)]));

/** What a value became. `isTurned`: it named the stable pods, and names the canary's now. */
export interface Turned<T> {
  value: T;
  isTurned: boolean;
}

const PART_OF_A_NAME_BEFORE = /[\w.-]/;
const PART_OF_A_NAME_AFTER = /^(?:\w|-\w)/;

/**
 * Whether a name is there: not as a part of another name, but before a domain (`podinfo.prod.svc`) and before what stands for the
 * rest of a pod's name (`podinfo-.*`).
 */
function standsAt(text: string, at: number, name: string): boolean {
  const end = at + name.length;
  return !PART_OF_A_NAME_BEFORE.test(text.charAt(at - 1)) && !PART_OF_A_NAME_AFTER.test(text.slice(end, end + 2));
}

/** The text with another name wherever this one stands. */
function renamed(text: string, name: string, other: string): string {
  let rest = 0;
  let out = '';
  for (let at = text.indexOf(name); at !== -1; at = text.indexOf(name, at + 1)) {
    if (at < rest || !standsAt(text, at, name)) continue;
    out += text.slice(rest, at) + other;
    rest = at + name.length;
  }
  return out + text.slice(rest);
}

/** A text such as a query or an address, with the canary's names in it. */
export function turnedText(text: string, names: CanaryNames): Turned<string> {
  const longestFirst = [...names].toSorted(([a], [b]) => b.length - a.length);
  const value = longestFirst.reduce((rest, [name, canary]) => renamed(rest, name, canary), text);
  return { value, isTurned: value !== text };
}

/** A selector of a metric's series, with the canary's names as values. */
export function turnedSelector(
  selector: LabelSelector | undefined,
  names: CanaryNames,
): Turned<LabelSelector | undefined> {
  if (selector === undefined) return { value: undefined, isTurned: false };
  const { matchLabels, matchExpressions } = selector;
  const turn = (value: string): string => turnedText(value, names).value;
  const value = {
    ...selector,
    ...(matchLabels && {
      matchLabels: Object.fromEntries(Object.entries(matchLabels).map(([key, word]) => [key, turn(word)])),
    }),
    ...(matchExpressions && {
      matchExpressions: matchExpressions.map((expression) => ({
        ...expression,
        ...(expression.values && { values: expression.values.map(turn) }),
      })),
    }),
  };
  return { value, isTurned: JSON.stringify(value) !== JSON.stringify(selector) };
}
