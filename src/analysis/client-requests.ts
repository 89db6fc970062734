/** A Service, as the labels of Istio's metrics name it. */
export interface MeasuredService {
  namespace: string;
  name: string;
}

/** What is counted, for whom, and when: a range as PromQL writes it, `[60s]`, perhaps with an offset. */
interface Counted {
  metric: 'istio_requests_total' | 'istio_request_duration_milliseconds_bucket';
  service: MeasuredService;
  range: string;
  /** Further label matchers. */
  only?: string;
}

/** Who sent the request. */
export const BY_CLIENT = 'on (source_workload, source_workload_namespace)';

/** A regular expression for one of Envoy's response flags among several with commas between. */
export const flagged = (flags: string): string => `"(.+,)?(${flags})(,.+)?"`;

/**
 * Flags of requests that no pod answered to the end: no cluster, no route, no healthy pod, no connection or a broken one, too
 * many requests or retries, too late. What the client did (DC) and what policies refused (RL, UAEX) is not among them.
 */
const WITHOUT_POD = flagged('NC|NR|UH|UF|UC|UO|UT|URX|UR|LR|UPE|DF|DO|UDO|OM');

/**
 * gRPC statuses that are the server's fault: UNKNOWN, DEADLINE_EXCEEDED, UNIMPLEMENTED, INTERNAL, UNAVAILABLE, DATA_LOSS. Their
 * HTTP status is 200. The rest are the caller's, or an answer like any other (NOT_FOUND).
 */
const GRPC_FAULTS = '"2|4|12|13|14|15"';

/** Code 0: no answer was sent because the client left before. That says nothing of whether it would have been a good one. */
export const ANSWERED = 'response_code!="0"';

/** Of what was answered: no 5xx, by a pod, and by gRPC's own status too. */
export const ANSWERED_WELL = `response_code!~"0|5..",grpc_response_status!~${GRPC_FAULTS},response_flags!~${WITHOUT_POD}`;

/**
 * What the clients of a Service asked in a time, as a PromQL vector: each request once, as its client saw it. Of the reporters
 * `source` is a client's own sidecar or a gateway, which sees also what reached no pod; `waypoint` counts for the clients of
 * which no `source` tells of this Service, those without a sidecar. Retries and mirrored requests, which only the reporter
 * `destination` knows, are not the clients'.
 */
export function clientRequests({ metric, service, range, only }: Counted): string {
  const increase = (name: string, reporter: string, more?: string): string => {
    const matchers = [`reporter="${reporter}"`, sentTo(service), more].filter(Boolean).join(',');
    return `increase(${name}{${matchers}}${range})`;
  };
  const counted = `${increase('istio_requests_total', 'source')} > 0`;
  const others = `${increase(metric, 'waypoint', only)} unless ${BY_CLIENT} (${counted})`;
  return `(${increase(metric, 'source', only)} or (${others}))`;
}

/** Label matchers of what was sent to a Service. */
export const sentTo = ({ namespace, name }: MeasuredService): string =>
  `destination_service_namespace="${namespace}",destination_service_name="${name}"`;
