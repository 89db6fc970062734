import { parser } from '@prometheus-io/lezer-promql';

/** Whether a text is PromQL as Prometheus' own grammar has it. */
export function isPromQL(query: string): boolean {
  let whole = true;
  parser.parse(query).iterate({ enter: ({ type }) => void (whole &&= !type.isError) });
  return whole;
}

/** The selectors of a query, each with its matchers: `istio_requests_total{…}`. */
export const selectorsOf = (query: string): string[] => query.match(/istio_\w+\{[^}]*\}/g) ?? [];

/** The value of a matcher, without its quotes. */
export const matcherOf = (query: string, matcher: string): string =>
  new RegExp(`${matcher}"([^"]*)"`).exec(query)?.[1] ?? '';
