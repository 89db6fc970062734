import type { Prometheus } from '../../analysis/prometheus.ts';
import type { QueryResult } from '../../analysis/verdict.ts';
import type { Tracing } from '../../telemetry/tracing.ts';
import type { MetricTemplates } from './metric-templates.ts';

export interface MetricSources {
  prometheus: Pick<Prometheus, 'query'>;
  metricTemplates: Pick<MetricTemplates, 'ask'>;
}

/** Each question about a metric is a span. */
export const tracedSources = ({ prometheus, metricTemplates }: MetricSources, tracing: Tracing): MetricSources => ({
  prometheus: {
    query: (query) =>
      tracing.part({
        name: 'metric query',
        attributes: { 'headgate.query': query },
        run: () => prometheus.query(query),
        failure: failureOf,
      }),
  },
  metricTemplates: {
    ask: (reference, target, windowMs) =>
      tracing.part({
        name: 'metric template',
        attributes: { 'headgate.template': reference.name },
        run: () => metricTemplates.ask(reference, target, windowMs),
        failure: ({ result }) => failureOf(result),
      }),
  },
});

const failureOf = (result: QueryResult): string | undefined => (result.kind === 'error' ? result.message : undefined);
