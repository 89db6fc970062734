import { canaryName } from '../rollout/names.ts';
import { type QueryValues, renderQuery } from '../rollout/spec/promql/query-template.ts';
import type { BuiltinMetric, Metric } from '../rollout/spec/spec-types.ts';

export interface QueryTarget {
  namespace: string;
  /** The Deployment's name; its canary is what is measured. */
  name: string;
}

const WORKLOAD =
  'reporter="destination",destination_workload_namespace="{{ namespace }}",destination_workload="{{ canary }}"';

/**
 * Headgate's own measures on Istio's standard metrics. The success rate counts answers other than 5xx among all, so that a
 * canary that only fails has 0 % and not "no data"; the duration is the 99th percentile in milliseconds.
 */
export const BUILTIN_QUERIES: Record<BuiltinMetric, string> = {
  'request-success-rate': `(sum(rate(istio_requests_total{${WORKLOAD},response_code!~"5.*"}[{{ interval }}])) or vector(0)) / sum(rate(istio_requests_total{${WORKLOAD}}[{{ interval }}])) * 100`,
  'request-duration': `histogram_quantile(0.99, sum(rate(istio_request_duration_milliseconds_bucket{${WORKLOAD}}[{{ interval }}])) by (le))`,
};

/** The PromQL of a metric over a window of `windowMs` milliseconds. */
export function queryOf(metric: Metric, { namespace, name }: QueryTarget, windowMs: number): string {
  const canary = canaryName(name);
  const interval = `${Math.max(Math.round(windowMs), 1)}ms`;
  const variables: QueryValues = { namespace, target: name, service: name, canary, interval };
  const template = 'query' in metric.source ? metric.source.query : BUILTIN_QUERIES[metric.source.builtin];
  return renderQuery(template, variables);
}
