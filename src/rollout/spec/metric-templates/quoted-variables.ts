import { type Placeholder, placeholdersOf, QUERY_VARIABLES } from '../promql/query-template.ts';
import { hint } from '../wording/suggest.ts';
import { place } from '../wording/text-place.ts';
import type { QueryLanguage } from './language.ts';

/** The value of each variable by its name: `namespace`, `variables.route`. */
export type VariableValues = ReadonlyMap<string, string>;

/** Where a variable stands: between such quotes, or outside of any. */
interface PlacedVariable extends Placeholder {
  quote: string | undefined;
}

const OWN = /^variables\.([A-Za-z_][A-Za-z0-9_-]*)$/;
/** The name that every object may have and that is no word in most languages. */
const NAME = 'a-b';
const CONTROL = /\p{Cc}/u;

/** The names of `templateVariables` that a text uses. */
export const ownVariablesOf = (text: string): string[] => [
  ...new Set(placeholdersOf(text).flatMap(({ name }) => OWN.exec(name)?.[1] ?? [])),
];

/** What is wrong with the variables of a text, as a predicate on it; values are not known yet. */
export function variablesProblem(text: string, language: QueryLanguage): string | undefined {
  const placed = variablesIn(text, language);
  const unknown = placed.find(({ name }) => !isKnown(name));
  if (unknown !== undefined) {
    const render = (name: string): string => `{{ ${name} }}`;
    const advice = hint(unknown.name, [...QUERY_VARIABLES, 'variables.NAME'], render);
    return `uses {{ ${unknown.name} }}, which is no variable; ${advice}`;
  }
  const rest = placed.reduceRight((left, { from, to }) => left.slice(0, from) + left.slice(to), text);
  if (rest.includes('{{')) return 'has a {{ without its }}';
  const stray = placed.find(
    ({ name, quote }) =>
      quote === undefined && isNameOfObject(name) && language.bare === undefined && !language.word.test(NAME),
  );
  if (stray === undefined) return undefined;
  return `has {{ ${stray.name} }} at ${place(text, stray.from)} outside of quotes; put quotes around it`;
}

const isKnown = (name: string): boolean => QUERY_VARIABLES.some((known) => known === name) || OWN.test(name);

const isNameOfObject = (name: string): boolean => name !== 'interval' && !OWN.test(name);

/** The text with its variables replaced, none of which can be more than a value; or which one could. */
export function withVariables(
  text: string,
  values: VariableValues,
  language: QueryLanguage,
): { text: string } | { problem: string } {
  let done = '';
  let at = 0;
  for (const { name, from, to, quote } of variablesIn(text, language)) {
    const value = values.get(name);
    if (value === undefined) return { problem: `templateVariables has no ${name.replace(/^variables\./, '')}` };
    const safe = name === 'interval' ? value : quoted(value, quote, language);
    if (safe === undefined) return { problem: unsafe(name, quote) };
    done += text.slice(at, from) + safe;
    at = to;
  }
  return { text: done + text.slice(at) };
}

function quoted(value: string, quote: string | undefined, { quotes, word, bare }: QueryLanguage): string | undefined {
  if (CONTROL.test(value)) return undefined;
  if (quote !== undefined) return quotes[quote]?.(value);
  return bare?.(value) ?? (word.test(value) ? value : undefined);
}

const unsafe = (name: string, quote: string | undefined): string =>
  quote === undefined
    ? `{{ ${name} }} stands outside of quotes, and its value is not one word`
    : `the value of {{ ${name} }} has characters that cannot stand between ${quote} quotes`;

/** Every variable with the quotes around it, in one walk through the text. */
function variablesIn(text: string, language: QueryLanguage): PlacedVariable[] {
  const starts = new Map(placeholdersOf(text).map((placeholder) => [placeholder.from, placeholder]));
  const found: PlacedVariable[] = [];
  let quote: string | undefined;
  for (let at = 0; at < text.length; at++) {
    const placeholder = starts.get(at);
    if (placeholder !== undefined) {
      found.push({ ...placeholder, quote });
      at = placeholder.to - 1;
      continue;
    }
    if (quote === undefined && language.comments?.some((comment) => text.startsWith(comment, at))) {
      at = endOfLine(text, at, found, starts);
      continue;
    }
    const one = text.charAt(at);
    if (quote === undefined) quote = Object.hasOwn(language.quotes, one) ? one : undefined;
    else if (one === language.escape && quote !== '`') at++;
    else if (one === quote) quote = undefined;
  }
  return found;
}

/** Variables in a comment stand outside of quotes. */
function endOfLine(
  text: string,
  from: number,
  found: PlacedVariable[],
  starts: ReadonlyMap<number, Placeholder>,
): number {
  const newline = text.indexOf('\n', from);
  const end = newline < 0 ? text.length : newline;
  for (const [start, placeholder] of starts)
    if (start > from && start < end) found.push({ ...placeholder, quote: undefined });
  return end;
}
