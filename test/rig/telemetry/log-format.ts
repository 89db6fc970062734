/**
 * What an Envoy of the rig writes to its standard output, one JSON object a line: a line of its access log for every
 * request that it was asked (`source`), and a line of the router's upstream log for every attempt that it sent to a pod
 * (`destination`): retries and mirrored requests too, as the pod's own proxy would see them.
 */
export interface LogLine {
  reporter: 'source' | 'destination';
  /** Null for a connection that is not HTTP. */
  protocol: string | null;
  /** 0: none was sent, because the client left. */
  code: number;
  /** Envoy's short words, joined by commas; `-` when there are none. */
  flags: string;
  /** gRPC alone. */
  grpcStatus: number | null;
  contentType: string | null;
  authority: string | null;
  /** The route's name. */
  route: string | null;
  /** Which Services the cluster is made of: istiod writes it into the cluster. */
  services: { host: string; name: string; namespace: string }[] | null;
  /** `workload;namespace;canonical name;canonical revision;cluster`: istiod writes it into the endpoint. */
  workload: string | null;
  durationMs: number;
}

const counted = {
  protocol: '%PROTOCOL%',
  code: '%RESPONSE_CODE%',
  flags: '%RESPONSE_FLAGS%',
  grpcStatus: '%GRPC_STATUS_NUMBER%',
  contentType: '%REQ(CONTENT-TYPE)%',
  authority: '%REQ(:AUTHORITY)%',
  route: '%ROUTE_NAME%',
  services: '%CLUSTER_METADATA(istio:services)%',
  workload: '%UPSTREAM_METADATA(istio:workload)%',
  durationMs: '%DURATION%',
} satisfies Partial<Record<keyof LogLine, string>>;

/** More than is counted: the exporter's log shows whole lines of requests that no pod answered. */
export const accessLogFormat = {
  reporter: 'source',
  ...counted,
  details: '%RESPONSE_CODE_DETAILS%',
  path: '%REQ(:PATH)%',
  cluster: '%UPSTREAM_CLUSTER_RAW%',
  host: '%UPSTREAM_HOST%',
  listener: '%DOWNSTREAM_LOCAL_ADDRESS%',
  bytesReceived: '%BYTES_RECEIVED%',
  bytesSent: '%BYTES_SENT%',
};

export const upstreamLogFormat = { reporter: 'destination', ...counted };

/** Undefined for what is no whole line: an Envoy that was killed leaves half of one. */
export function parseLine(text: string): LogLine | undefined {
  try {
    return JSON.parse(text) as LogLine;
  } catch {
    return undefined;
  }
}
