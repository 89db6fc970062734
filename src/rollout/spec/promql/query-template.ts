import { hint } from '../wording/suggest.ts';

/** What `{{ name }}` in a metric's query may stand for. */
export const QUERY_VARIABLES = ['namespace', 'target', 'service', 'interval', 'canary'] as const;
export type QueryVariable = (typeof QUERY_VARIABLES)[number];

/** Names of Kubernetes objects, and a duration such as `1m`: texts that are safe inside a PromQL string or range. */
export type QueryValues = Record<QueryVariable, string>;

/** One `{{ name }}`: `from` and `to` are offsets into the query. */
export interface Placeholder {
  name: string;
  from: number;
  to: number;
}

const PLACEHOLDER = /\{\{([^{}]*)\}\}/g;

export const isQueryVariable = (name: string): name is QueryVariable => QUERY_VARIABLES.some((known) => known === name);

/** Every `{{ name }}` of a query, also those that are no variable. */
export const placeholdersOf = (query: string): Placeholder[] =>
  [...query.matchAll(PLACEHOLDER)].map((match) => ({
    name: (match[1] ?? '').trim(),
    from: match.index,
    to: match.index + match[0].length,
  }));

/** The query with its variables replaced; a name that is no variable stays as it is. */
export const renderQuery = (query: string, values: QueryValues): string =>
  query.replaceAll(PLACEHOLDER, (text, inside: string) => {
    const name = inside.trim();
    return isQueryVariable(name) ? values[name] : text;
  });

/** A text of the placeholder's own length that parses wherever its value may stand, so that offsets stay true. */
const sample = ({ name, from, to }: Placeholder): string =>
  name === 'interval' ? '1m'.padStart(to - from, '0') : 'x'.repeat(to - from);

/** The query with a sample for each placeholder. */
export const sampleQuery = (query: string): string =>
  placeholdersOf(query).reduce(
    (text, placeholder) => text.slice(0, placeholder.from) + sample(placeholder) + text.slice(placeholder.to),
    query,
  );

/** What is wrong with the variables of a query, as a predicate on it. */
export function variableProblem(query: string): string | undefined {
  const unknown = placeholdersOf(query).find(({ name }) => !isQueryVariable(name));
  if (unknown !== undefined) {
    const render = (name: string): string => `{{ ${name} }}`;
    return `uses {{ ${unknown.name} }}, which is no variable; ${hint(unknown.name, QUERY_VARIABLES, render)}`;
  }
  return query.replaceAll(PLACEHOLDER, '').includes('{{') ? 'has a {{ without its }}' : undefined;
}
