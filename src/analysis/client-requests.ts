/** A Service, as the labels of Istio's metrics name it. */
export interface MeasuredService {
  namespace: string;
  name: string;
}

/** A time that ended so long ago: 0 for one that ends now. */
export interface Window {
  windowMs: number;
  agoMs: number;
}

/** What is counted, for whom, and when. */
export interface Counted {
  metric: 'istio_requests_total' | 'istio_request_duration_milliseconds_bucket';
  service: MeasuredService;
  /** The stable Service of the app. */
  stable: MeasuredService;
  window: Window;
  /** Further label matchers. */
  only?: string;
}

/** Labels that tell who sent a request. */
export const CLIENT = 'source_workload, source_workload_namespace';

/** So many milliseconds in PromQL: above nothing. */
export const durationText = (ms: number): string => `${Math.max(Math.round(ms), 1)}ms`;

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
 * What the clients of a Service asked in a window, as a PromQL vector: each request once, as its client saw it. Of the reporters
 * `source` is a client's own sidecar or a gateway, which sees also what reached no pod; `waypoint` counts for the clients of
 * which no `source` tells of this Service, those without a sidecar. Retries and mirrored requests, which only the reporter
 * `destination` knows, are not the clients'.
 */
export function clientRequests({ metric, service, stable, window, only }: Counted): string {
  const { windowMs, agoMs } = window;
  const matchers = [BY_CLIENTS, sentTo(service), only].filter((matcher) => matcher !== undefined);
  const told = `increase(istio_requests_total{reporter="source",${sentTo(service)}}[${durationText(windowMs)}]${offset(agoMs)})`;
  const twice = `label_replace(${told} > 0, "reporter", "waypoint", "", "")`;
  return `(${growth(`${metric}{${matchers.join(',')}}`, stable, window)} unless on (${CLIENT}, reporter) ${twice})`;
}

/**
 * By how much counters grew in a window. Other than `increase`, this counts a series from its first sample on, as a failure
 * that was not there before begins a new one. That the series is new, and not Prometheus' memory, is seen by what it knew when
 * the window began: requests of the same client to the stable Service, or the target that the series comes from, which
 * was read then. Where it knew neither, a series counts from its second sample on.
 */
export function growth(series: string, stable: MeasuredService, { windowMs, agoMs }: Window): string {
  const [end, start] = [offset(agoMs), offset(agoMs + windowMs)];
  const fresh = `(${series}${end} unless ${series}${start})`;
  return `(${[
    `clamp_min(${series}${end} - ${series}${start}, 0)`,
    `${fresh} and on (${CLIENT}) ${requestsTo(stable)}${start}`,
    `${fresh} and on (job, instance) (up${start} == 1)`,
    `increase(${series}[${durationText(windowMs)}]${end})`,
  ].join(' or ')})`;
}

const BY_CLIENTS = 'reporter=~"source|waypoint"';

const offset = (ms: number): string => (ms > 0 ? ` offset ${durationText(ms)}` : '');

/** Label matchers of what was sent to a Service. */
const sentTo = ({ namespace, name }: MeasuredService): string =>
  `destination_service_namespace="${namespace}",destination_service_name="${name}"`;

/** The counters of all that clients sent to a Service. */
export const requestsTo = (service: MeasuredService): string =>
  `istio_requests_total{${BY_CLIENTS},${sentTo(service)}}`;
