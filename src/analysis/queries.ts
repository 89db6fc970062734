import { renderQuery } from '../rollout/spec/promql/query-template.ts';
import type { BuiltinMetric, MetricSource } from '../rollout/spec/spec-types.ts';
import { ANSWERED, ANSWERED_WELL, type Counted, clientRequests, durationText, type Window } from './client-requests.ts';

/** Whose requests are measured, by the names that metrics know. */
export interface QueryTarget {
  namespace: string;
  /** Names of the Deployments. */
  workloads: { stable: string; canary: string };
  /** Names of the Services by which the mesh tells them apart. */
  services: { stable: string; canary: string };
  /** Names by which clients know the app, besides that of the stable Service. */
  hosts: readonly string[];
}

type What = Omit<Counted, 'metric' | 'only'>;

/**
 * Headgate's own measures, of what the canary's clients got. The success rate is 0 % where every answer is bad, and not "no
 * data". The duration is the 99th percentile in milliseconds; a client that left counts with the time that it waited.
 */
const BUILTIN_QUERIES: Record<BuiltinMetric, (what: What) => string> = {
  'request-success-rate': (what) => {
    const requests = (only: string): string =>
      `sum(${clientRequests({ ...what, metric: 'istio_requests_total', only })})`;
    return `(${requests(ANSWERED_WELL)} or vector(0)) / ${requests(ANSWERED)} * 100`;
  },
  'request-duration': (what) => {
    const metric = 'istio_request_duration_milliseconds_bucket';
    return `histogram_quantile(0.99, sum by (le) (${clientRequests({ ...what, metric })}))`;
  },
};

/** The success rate of the stable Service: of the Deployment's own pods. */
export function stableQueryOf({ namespace, services }: QueryTarget, window: Window): string {
  const stable = { namespace, name: services.stable };
  return BUILTIN_QUERIES['request-success-rate']({ service: stable, stable, window });
}

/** What the metrics server is asked about. */
export type QueriedSource = Exclude<MetricSource, { template: unknown }>;

/** The PromQL of a metric over a window of `windowMs` milliseconds. */
export function queryOf(source: QueriedSource, target: QueryTarget, windowMs: number): string {
  const { namespace, workloads, services } = target;
  if ('builtin' in source) {
    const [service, stable] = [
      { namespace, name: services.canary },
      { namespace, name: services.stable },
    ];
    return BUILTIN_QUERIES[source.builtin]({ service, stable, window: { windowMs, agoMs: 0 } });
  }
  const names = { target: workloads.stable, service: services.stable, canary: workloads.canary };
  return renderQuery(source.query, { namespace, ...names, interval: durationText(windowMs) });
}
