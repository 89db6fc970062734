import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { envoyAdminUrl, gatewayIp, gatewayPort, istiodXdsAddress } from './addresses.ts';
import { accepts, answers } from './http.ts';
import type { Layout } from './layout.ts';
import type { ProgramSpec } from './process.ts';

const gatewayNode = {
  id: `router~${gatewayIp}~istio-ingressgateway-0.istio-system~istio-system.svc.cluster.local`,
  cluster: 'istio-ingressgateway.istio-system',
  metadata: {
    LABELS: { istio: 'ingressgateway' },
    NAMESPACE: 'istio-system',
    CLUSTER_ID: 'Kubernetes',
    ISTIO_VERSION: '1.31.0',
  },
};

/**
 * Labels instead of names: Envoy's own rule would cut the cluster's name at its first dot, put the namespace into the
 * metric's name, and turn its dashes into underscores.
 */
const statsTags = [
  { tag_name: 'cluster_name', regex: String.raw`^cluster\.((outbound\|[0-9]+\|[^|]*\|[^;]+);?\.)upstream_rq` },
  { tag_name: 'response_code', regex: String.raw`_rq(_(\d{3}))$` },
];

function address(hostAndPort: string): object {
  const [host, port] = hostAndPort.split(':');
  return { socket_address: { address: host, port_value: Number(port) } };
}

function bootstrap(): object {
  const ads = { ads: {}, resource_api_version: 'V3', initial_fetch_timeout: '0s' };
  const endpoint = { endpoint: { address: address(istiodXdsAddress) } };
  const http2 = { '@type': 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions' };
  return {
    node: gatewayNode,
    admin: { address: address(new URL(envoyAdminUrl).host) },
    stats_config: { use_all_default_tags: false, stats_tags: statsTags },
    stats_flush_interval: '1s', // histograms are merged at each flush
    dynamic_resources: {
      ads_config: {
        api_type: 'GRPC',
        transport_api_version: 'V3',
        grpc_services: [{ envoy_grpc: { cluster_name: 'xds-grpc' } }],
      },
      cds_config: ads,
      lds_config: ads,
    },
    static_resources: {
      clusters: [
        {
          name: 'xds-grpc',
          type: 'STATIC',
          connect_timeout: '1s',
          load_assignment: { cluster_name: 'xds-grpc', endpoints: [{ lb_endpoints: [endpoint] }] },
          typed_extension_protocol_options: {
            'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
              ...http2,
              explicit_http_config: { http2_protocol_options: {} },
            },
          },
        },
      ],
    },
  };
}

/** Envoy as Istio's ingress gateway. Ready when istiod has given it the listener of `public-gateway`. */
export function envoy(layout: Layout, command: string): ProgramSpec {
  const file = join(layout.dir, 'envoy.json');
  writeFileSync(file, JSON.stringify(bootstrap()));
  return {
    name: 'envoy',
    command,
    args: ['-c', file, '--concurrency', '1', '--disable-hot-restart', '--log-level', 'warning'],
    logFile: layout.log('envoy'),
    ready: async () => (await answers(`${envoyAdminUrl}/ready`)) && (await accepts(gatewayIp, gatewayPort)),
  };
}
