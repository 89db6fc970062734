import type { SyntaxNode, Tree } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';
import { nearest } from '../wording/suggest.ts';
import { place } from '../wording/text-place.ts';
import { rangeProblem, stringProblem } from './promql-kinds.ts';
import { type QueryText, readBrackets } from './query-brackets.ts';
import { placeholdersOf, sampleQuery, variableProblem } from './query-template.ts';

/** Characters. */
export const MAX_QUERY = 10_000;

/**
 * What is wrong with a query, as a predicate on it ("is not PromQL: …"), the place in the user's own text included;
 * undefined for one that some dialect of PromQL may know (see `queryDoubt`). Variables: see query-template.ts.
 */
export function queryProblem(query: string): string | undefined {
  if (query.length > MAX_QUERY) return `is ${query.length} characters long; at most ${MAX_QUERY} are taken`;
  const variables = variableProblem(query);
  if (variables !== undefined) return variables;
  const text = sampleQuery(query);
  const { isBlank, broken, strings } = readBrackets(text);
  if (isBlank) return 'is empty; write PromQL that gives one number';
  if (broken !== undefined) return `is not PromQL: ${broken}`;
  const tree = parser.parse(text);
  const wrong = firstError(tree);
  if (wrong !== undefined && text.slice(wrong.from).trim() === '') return `is not PromQL: ${syntaxWords(query, wrong)}`;
  return unquoted(query, strings) ?? stringProblem(tree.topNode);
}

/**
 * What Prometheus would not take in a query that has no problem, as a predicate on it: VictoriaMetrics, Mimir and Thanos
 * know more than Prometheus does, and which of them is asked is not known here.
 */
export function queryDoubt(query: string): string | undefined {
  const tree = parser.parse(sampleQuery(query));
  const wrong = firstError(tree);
  const words = wrong === undefined ? rangeProblem(query, tree.topNode) : syntaxWords(query, wrong);
  return words && `may be more than Prometheus knows: ${words}; a metrics server with a dialect of its own may take it`;
}

function firstError(tree: Tree): SyntaxNode | undefined {
  let found: SyntaxNode | undefined;
  tree.iterate({
    enter(node) {
      if (found === undefined && node.type.isError) found = node.node;
    },
  });
  return found;
}

function syntaxWords(query: string, { from }: SyntaxNode): string {
  const rest = query.slice(from).trimStart();
  const start = Math.max(0, from - 80);
  const call = /([A-Za-z_]\w*)\s*$/.exec(query.slice(start, from));
  if (rest.startsWith('(') && call?.[1] !== undefined) return functionWords(query, call[1], start + call.index);
  if (rest === '') return `it ends too early, at ${place(query, query.trimEnd().length)}`;
  const token = /^(?:[$\w]+|\S+)/.exec(rest)?.[0] ?? '';
  const advice = /[=~]\s*$/.test(query.slice(start, from)) ? "; a label's value stands in quotes" : '';
  return `unexpected "${token.slice(0, 20)}" at ${place(query, query.length - rest.length)}${advice}`;
}

function functionWords(query: string, name: string, at: number): string {
  const meant = nearest(name, functions());
  return `"${name}" at ${place(query, at)} is no function${meant === undefined ? '' : `; did you mean ${meant}?`}`;
}

/** The functions that the grammar knows, by trying its own words (`SumOverTime`) as PromQL writes them (`sum_over_time`). */
const functions = (): string[] =>
  parser.nodeSet.types
    .map(({ name }) => name.replaceAll(/(?<=[a-z0-9])[A-Z]/g, (letter) => `_${letter}`).toLowerCase())
    .filter((name) => /^[a-z][a-z0-9_]+$/.test(name) && firstError(parser.parse(`${name}(x)`)) === undefined);

/** Only a string may hold a name: outside of one, the `-` in it would be a minus. */
function unquoted(query: string, strings: QueryText['strings']): string | undefined {
  const bare = placeholdersOf(query).find(
    ({ name, from }) => name !== 'interval' && !strings.some((string) => string.from <= from && from < string.to),
  );
  if (bare === undefined) return undefined;
  const { name, from } = bare;
  return `has {{ ${name} }} at ${place(query, from)} outside of quotes; write it as a label's value: "{{ ${name} }}"`;
}
