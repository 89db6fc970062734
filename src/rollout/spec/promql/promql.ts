import { place } from '../wording/text-place.ts';
import { rangeProblem, resultProblem } from './promql-kinds.ts';
import { type QueryText, readBrackets } from './query-brackets.ts';
import { parseQuery } from './query-syntax.ts';
import { placeholdersOf, sampleQuery, variableProblem } from './query-template.ts';

/** Characters. */
export const MAX_QUERY = 10_000;

/**
 * What is wrong with a query, as a predicate on it ("is not PromQL: …"), the place in the user's own text included;
 * undefined for one that Prometheus, or a server that knows more, can answer with numbers. Variables: see query-template.ts.
 */
export const queryProblem = (query: string): string | undefined => judge(query).problem;

/**
 * What Prometheus would not take in a query that has no problem, as a predicate on it: VictoriaMetrics, Mimir and Thanos
 * know more, and which of them is asked is not known here.
 */
export function queryDoubt(query: string): string | undefined {
  const { doubt } = judge(query);
  return doubt && `is not what Prometheus takes: ${doubt}; it is asked as it stands, as other servers know more`;
}

interface Judgement {
  problem?: string | undefined;
  doubt?: string | undefined;
}

function judge(query: string): Judgement {
  if (query.length > MAX_QUERY)
    return { problem: `is ${query.length} characters long; at most ${MAX_QUERY} are taken` };
  const variables = variableProblem(query);
  if (variables !== undefined) return { problem: variables };
  const text = sampleQuery(query);
  const { isBlank, broken, strings } = readBrackets(text);
  if (isBlank) return { problem: 'is empty; write PromQL that gives one number' };
  if (broken !== undefined) return { problem: `is not PromQL: ${broken}` };
  const parsed = parseQuery(query, text);
  const wrong = 'wrong' in parsed ? parsed.wrong : undefined;
  if (wrong !== undefined && !wrong.isDoubtful) return { problem: `is not PromQL: ${wrong.words}` };
  const bare = unquoted(query, strings);
  if (bare !== undefined) return { problem: bare };
  if ('wrong' in parsed) return { doubt: parsed.wrong.words };
  const { topNode } = parsed.tree;
  const problem = resultProblem(query, topNode);
  return problem === undefined ? { doubt: rangeProblem(query, topNode) } : { problem };
}

/** Only a string may hold a name: outside of one, the `-` in it would be a minus. */
function unquoted(query: string, strings: QueryText['strings']): string | undefined {
  const bare = placeholdersOf(query).find(
    ({ name, from }) => name !== 'interval' && !strings.some((string) => string.from <= from && from < string.to),
  );
  if (bare === undefined) return undefined;
  const { name, from } = bare;
  return `has {{ ${name} }} at ${place(query, from)} outside of quotes; write it as a label's value: "{{ ${name} }}"`;
}
