import * as z from 'zod';
import { judged, textField, wrongOrMissing } from './fields.ts';
import { regexProblem } from './regex.ts';

const MAX_TEXT = 2_048;
/** Istio takes no longer one. */
const MAX_REGEX = 1_024;

type Judge = (text: string) => string | undefined;

export interface TextMatchOptions {
  /** As a person would write it, such as `{prefix: /api}`. */
  example: string;
  /** What is wrong with the text that is to be met exactly, or with its beginning, as a predicate on it. */
  judge?: Judge;
  /** `{}` is right too: there must be something, whatever it is. */
  orPresence?: true;
}

const COUNT = ['exact', 'prefix', 'regex'].map((way) => `(has(self.${way}) ? 1 : 0)`).join(' + ');

const part = (judge: Judge, max: number, description: string) =>
  judged(textField('must be text; put it in quotes'), (value) =>
    value.length > max ? `is ${value.length} characters long; at most ${max} are taken` : judge(value),
  )
    .meta({ maxLength: max, description })
    .optional();

const notEmpty =
  (judge: Judge): Judge =>
  (value) =>
    value === '' ? 'is empty, and would be met by everything' : judge(value);

/** Istio's StringMatch: one text, and how it is compared. */
export function textMatch({ example, judge = () => undefined, orPresence }: TextMatchOptions) {
  const words = `must be a map of exact, prefix or regex, such as ${example}`;
  const shape = {
    exact: part(judge, MAX_TEXT, 'The whole text.'),
    prefix: part(notEmpty(judge), MAX_TEXT, 'How it begins.'),
    regex: part(notEmpty(regexProblem), MAX_REGEX, 'A regular expression for the whole text, in the syntax of RE2.'),
  };
  const problem = (match: object): string | undefined => {
    const ways = Object.keys(match);
    if (ways.length > 1) return `has ${ways.join(' and ')}; only one of exact, prefix and regex can be met`;
    return ways.length === 1 || orPresence
      ? undefined
      : `is empty; it needs exact, prefix or regex, such as ${example}`;
  };
  const rule = orPresence
    ? { rule: `${COUNT} <= 1`, message: 'takes one of exact, prefix and regex' }
    : { rule: `${COUNT} == 1`, message: 'needs one of exact, prefix and regex' };
  return judged(z.strictObject(shape, { error: wrongOrMissing(words) }), problem).meta({
    'x-kubernetes-validations': [rule],
  });
}
