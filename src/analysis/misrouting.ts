import {
  CLIENT,
  clientRequests,
  flagged,
  growth,
  type MeasuredService,
  requestsTo,
  type Window,
} from './client-requests.ts';
import type { QueryTarget } from './queries.ts';

/**
 * Requests that a proxy answered itself, because the route names a Service or port that is not there (Envoy's flag NC). They
 * belong to no Service: to the canary's success rate they are no traffic at all.
 */
const misrouted = (reporter: string, ...matchers: string[]): string =>
  `istio_requests_total{reporter=~"${reporter}",response_flags=~${flagged('NC')},${matchers.join(',')}}`;

/** A host name as part of a regular expression of PromQL; `*` as in a wildcard host. */
const pattern = (host: string): string => host.replaceAll('.', '[.]').replaceAll('*', '.+');

/**
 * How many there were in the window above twice as many as in as long a time before the weight: 0 and less is nothing new.
 * @param window `agoMs`: how long ago that time ended
 */
function moreThanBefore(requests: (window: Window) => string, { windowMs, agoMs }: Window): string {
  const count = (ago: number): string => `(sum(${requests({ windowMs, agoMs: ago })}) or vector(0))`;
  return `${count(0)} - 2 * ${count(agoMs)}`;
}

const stableOf = ({ namespace, services }: QueryTarget): MeasuredService => ({ namespace, name: services.stable });

/**
 * What is asked beside the success rate: whether requests are lost on the way to the canary. Each query gives one number, or
 * nothing. The windows tell how long, and how long ago it was before the canary's weight.
 */
export const MISROUTING_QUERIES = {
  /**
   * Requests to the stable Service, from which follows how many were to come to the canary. With all of the weight at the
   * canary, those in the time before.
   */
  stable: (target: QueryTarget, { windowMs, agoMs }: Window, weight: number): string => {
    const service = stableOf(target);
    const window = { windowMs, agoMs: weight < 100 ? 0 : agoMs };
    return `sum(${clientRequests({ metric: 'istio_requests_total', service, stable: service, window })})`;
  },

  /** A sidecar names what it cannot route by the Host header. The Service's bare name is that of its namespace's clients. */
  mesh: (target: QueryTarget, before: Window): string => {
    const { namespace, services, hosts } = target;
    const service = pattern(`${services.stable}.${namespace}`);
    const names = [`${service}([.]svc([.].+)?)?`, ...hosts.map(pattern)];
    const byName = misrouted('source', `destination_service=~"(${names.join('|')})(:[0-9]+)?"`);
    const byBareName = misrouted(
      'source',
      `destination_service=~"${services.stable}(:[0-9]+)?",source_workload_namespace="${namespace}"`,
    );
    const stable = stableOf(target);
    return moreThanBefore(
      (window) => `${growth(byName, stable, window)} or ${growth(byBareName, stable, window)}`,
      before,
    );
  },

  /** A gateway or waypoint names them `unknown`: those of clients that are seen at the stable Service too may be the app's. */
  gateway: (target: QueryTarget, before: Window): string => {
    const unknown = misrouted('source|waypoint', 'destination_service="unknown"');
    const stable = stableOf(target);
    return moreThanBefore(
      (window) => `${growth(unknown, stable, window)} and on (${CLIENT}) ${requestsTo(stable)}`,
      before,
    );
  },
} as const;
