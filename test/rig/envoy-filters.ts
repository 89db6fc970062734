import type { ApiClient } from './api.ts';
import { upstreamLogFormat } from './telemetry/log-format.ts';

const EXTENSIONS = 'type.googleapis.com/envoy.extensions';
const ROUTER = 'envoy.filters.http.router';

/** The router of every proxy logs each attempt that it sends to a pod. */
const upstreamLog = {
  applyTo: 'HTTP_FILTER',
  match: {
    listener: {
      filterChain: {
        filter: { name: 'envoy.filters.network.http_connection_manager', subFilter: { name: ROUTER } },
      },
    },
  },
  patch: {
    operation: 'MERGE',
    value: {
      name: ROUTER,
      typed_config: {
        '@type': `${EXTENSIONS}.filters.http.router.v3.Router`,
        upstream_log: [
          {
            name: 'envoy.access_loggers.file',
            typed_config: {
              '@type': `${EXTENSIONS}.access_loggers.file.v3.FileAccessLog`,
              path: '/dev/stdout',
              log_format: { json_format: upstreamLogFormat },
            },
          },
        ],
      },
    },
  },
};

/**
 * In a pod, iptables redirect every connection to this listener, and the kernel tells it where the connection was going.
 * Here the caller tells it, in the words of the PROXY protocol; from there on both are the same.
 */
const toldDestination = {
  applyTo: 'LISTENER_FILTER',
  match: { context: 'SIDECAR_OUTBOUND', listener: { name: 'virtualOutbound' } },
  patch: {
    operation: 'INSERT_FIRST',
    value: {
      name: 'envoy.filters.listener.proxy_protocol',
      typed_config: { '@type': `${EXTENSIONS}.filters.listener.proxy_protocol.v3.ProxyProtocol` },
    },
  },
};

/** Nobody calls the caller, and Envoy would wait for the certificates of the listener for that. */
const noInbound = {
  applyTo: 'LISTENER',
  match: { context: 'SIDECAR_INBOUND' },
  patch: { operation: 'REMOVE' },
};

/** What the rig needs of its Envoys besides what istiod gives to any. */
export async function installEnvoyFilters(api: ApiClient): Promise<void> {
  await api.create('/apis/networking.istio.io/v1alpha3/namespaces/istio-system/envoyfilters', {
    apiVersion: 'networking.istio.io/v1alpha3',
    kind: 'EnvoyFilter',
    metadata: { name: 'rig', namespace: 'istio-system' },
    spec: { configPatches: [upstreamLog, toldDestination, noInbound] },
  });
}
