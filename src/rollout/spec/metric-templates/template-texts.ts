import { queryProblem } from '../promql/promql.ts';
import { placeholdersOf } from '../promql/query-template.ts';
import type { Finding } from '../rules/findings.ts';
import { BODY, LANGUAGES } from './language.ts';
import { languageOf, type MetricProviderType } from './metric-providers.ts';
import { ownVariablesOf, variablesProblem } from './quoted-variables.ts';

/** What of a template its texts are judged by. */
interface TemplateTexts {
  provider: { type: MetricProviderType; database?: string | undefined };
  query: string;
  http?: { body?: string | undefined } | undefined;
}

/** Every variable of `templateVariables` that a template wants. */
export const variablesWanted = ({ query, http }: TemplateTexts): string[] => [
  ...new Set([...ownVariablesOf(query), ...ownVariablesOf(http?.body ?? '')]),
];

/** What is wrong with the texts of a template, and with where they stand. */
export function textProblems({ provider, query, http }: TemplateTexts): Finding[] {
  const { type } = provider;
  const found: [Finding['path'], string | undefined][] = [
    [['query'], variablesProblem(query, LANGUAGES[languageOf(provider)]) ?? JUDGES[type]?.(query)],
    [['http'], httpProblem(type, http)],
    [['http', 'body'], http?.body === undefined ? undefined : variablesProblem(http.body, BODY)],
  ];
  return found.flatMap(([path, message]) => (message === undefined ? [] : [{ path, message }]));
}

function httpProblem(type: MetricProviderType, http: TemplateTexts['http']): string | undefined {
  if (type === 'http')
    return http === undefined
      ? 'is missing; it says where in the answer the number is, such as {value: /data/score}'
      : undefined;
  return http === undefined ? undefined : `has a meaning for http only; drop it, as the provider is ${type}`;
}

/** What is known of a provider's questions besides the quotes of their language. */
const JUDGES: Readonly<Partial<Record<MetricProviderType, (query: string) => string | undefined>>> = {
  prometheus: (query) => (isOnlyNames(query) ? queryProblem(sampled(query)) : undefined),
  cloudwatch: (query) =>
    isList(query) ? undefined : 'must be the MetricDataQueries of GetMetricData: a list, as JSON',
  http: (query) => (query.startsWith('/') ? undefined : 'must be a path, such as /score?app={{ target }}'),
  externalmetrics: (query) =>
    /^[^/?\s]+(\?labelSelector=\S*)?$/.test(query.replaceAll(/\{\{[^{}]*\}\}/g, 'x'))
      ? undefined
      : 'must be the name of a metric, such as queue_length?labelSelector=app%3D{{ target }}',
};

/** A variable outside of quotes may be a name, a number or a time: how the query reads then is not known here. */
const isOnlyNames = (query: string): boolean =>
  !placeholdersOf(query).some(
    ({ name, from }) => name.startsWith('variables.') && !/["'][^"'\n]*$/.test(query.slice(0, from)),
  );

/** Variables of the user's own as ones of Headgate's, each of its own length. */
const sampled = (query: string): string =>
  placeholdersOf(query)
    .filter(({ name }) => name.startsWith('variables.'))
    .reduce((text, { from, to }) => text.slice(0, from) + 'x'.repeat(to - from) + text.slice(to), query);

/** As it may look with its variables replaced. */
function isList(query: string): boolean {
  try {
    return Array.isArray(JSON.parse(query.replaceAll(/\{\{[^{}]*\}\}/g, '60')));
  } catch {
    return false;
  }
}
