import { CLIENT, clientRequests, durationText, flagged, sentTo } from './client-requests.ts';
import type { QueryTarget } from './queries.ts';

/**
 * Requests that a proxy answered itself, because the route names a Service or port that is not there (Envoy's flag NC). They
 * belong to no Service: to the canary's success rate they are no traffic at all.
 */
const misrouted = (reporter: string, ...matchers: string[]): string =>
  `istio_requests_total{reporter=~"${reporter}",response_flags=~${flagged('NC')},${matchers.join(',')}}`;

/** A host name as part of a regular expression of PromQL; `*` as in a wildcard host. */
const pattern = (host: string): string => host.replaceAll('.', '[.]').replaceAll('*', '.+');

/** How many there were in the window above twice as many as in the same time before: 0 and less is nothing new. */
function moreThanBefore(requests: (range: string) => string, windowMs: number): string {
  const window = durationText(windowMs);
  const count = (range: string): string => `(sum(${requests(range)}) or vector(0))`;
  return `${count(`[${window}]`)} - 2 * ${count(`[${window}] offset ${window}`)}`;
}

/**
 * What is asked beside the success rate: whether requests are lost on the way to the canary. Each query gives one number, or
 * nothing.
 */
export const MISROUTING_QUERIES = {
  /**
   * Requests to the stable Service, from which follows how many were to come to the canary. With all of the weight at the
   * canary, those in the time before.
   */
  stable: ({ namespace, services }: QueryTarget, windowMs: number, weight: number): string => {
    const service = { namespace, name: services.stable };
    const agoMs = weight < 100 ? 0 : windowMs;
    return `sum(${clientRequests({ metric: 'istio_requests_total', service, stable: service, windowMs, agoMs })})`;
  },

  /** A sidecar names what it cannot route by the Host header. The Service's bare name is that of its namespace's clients. */
  mesh: ({ namespace, services, hosts }: QueryTarget, windowMs: number): string => {
    const service = pattern(`${services.stable}.${namespace}`);
    const names = [`${service}([.]svc([.].+)?)?`, ...hosts.map(pattern)];
    const byName = misrouted('source', `destination_service=~"(${names.join('|')})(:[0-9]+)?"`);
    const bare = `destination_service=~"${services.stable}(:[0-9]+)?",source_workload_namespace="${namespace}"`;
    return moreThanBefore(
      (range) => `increase(${byName}${range}) or increase(${misrouted('source', bare)}${range})`,
      windowMs,
    );
  },

  /** A gateway or waypoint names them `unknown`: those of clients that are seen at the stable Service too may be the app's. */
  gateway: ({ namespace, services }: QueryTarget, windowMs: number): string => {
    const unknown = misrouted('source|waypoint', 'destination_service="unknown"');
    const toStable = sentTo({ namespace, name: services.stable });
    const clients = `istio_requests_total{reporter=~"source|waypoint",${toStable}}`;
    return moreThanBefore((range) => `increase(${unknown}${range}) and on (${CLIENT}) ${clients}`, windowMs);
  },
} as const;
