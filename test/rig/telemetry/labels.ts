import type { LogLine } from './log-format.ts';

/** The proxy that wrote a line: what Istio's filter knows of itself. */
export interface ReportingProxy {
  workload: string;
  namespace: string;
  app: string;
  /** A sidecar names a destination without a cluster by the Host header; a gateway says `unknown`. */
  namesByHost: boolean;
}

export type Labels = Record<string, string>;

const UNKNOWN = 'unknown';
const CLUSTER = 'Kubernetes';

/**
 * The labels that Istio's filter gives to a request, or undefined when it counts none: connections that are not HTTP, and
 * at the destination what no pod answered.
 */
export function labelsOf(line: LogLine, proxy: ReportingProxy): Labels | undefined {
  if (line.protocol === null) return undefined;
  if (line.reporter === 'destination' && (line.code === 0 || line.flags !== '-')) return undefined;
  const grpc = /^application\/grpc(?:$|[+;])/.test(line.contentType ?? '');
  return {
    reporter: line.reporter,
    ...sourceLabels(proxy),
    ...destinationLabels(line),
    ...serviceLabels(line, proxy),
    request_protocol: grpc ? 'grpc' : 'http',
    response_code: String(line.code),
    grpc_response_status: grpc && line.grpcStatus !== null ? String(line.grpcStatus) : '',
    response_flags: line.flags,
    connection_security_policy: line.reporter === 'source' ? UNKNOWN : 'none',
  };
}

function sourceLabels({ workload, namespace, app }: ReportingProxy): Labels {
  return {
    source_workload: workload,
    source_workload_namespace: namespace,
    source_principal: UNKNOWN,
    source_app: app,
    source_version: UNKNOWN,
    source_canonical_service: app,
    source_canonical_revision: 'latest',
    source_cluster: CLUSTER,
  };
}

function destinationLabels({ workload }: LogLine): Labels {
  const [name, namespace, canonicalName, canonicalRevision, cluster] = (workload ?? '').split(';');
  return {
    destination_workload: name || UNKNOWN,
    destination_workload_namespace: namespace || UNKNOWN,
    destination_principal: UNKNOWN,
    destination_app: UNKNOWN,
    destination_version: UNKNOWN,
    destination_canonical_service: canonicalName || UNKNOWN,
    destination_canonical_revision: canonicalRevision || 'latest',
    destination_cluster: cluster || UNKNOWN,
  };
}

/** istiod's routes of a sidecar to what is no Service. */
const OUTSIDE: Record<string, string> = { allow_any: 'PassthroughCluster', block_all: 'BlackHoleCluster' };

function serviceLabels({ services, authority, route }: LogLine, { namesByHost }: ReportingProxy): Labels {
  const fallback = (namesByHost && authority) || UNKNOWN;
  const outside = OUTSIDE[route ?? ''] ?? fallback;
  const { host = fallback, name = outside, namespace = UNKNOWN } = services?.[0] ?? {};
  return { destination_service: host, destination_service_name: name, destination_service_namespace: namespace };
}
