import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  callerIp,
  callerNamespace,
  callerOutboundPort,
  envoyAdminUrl,
  gatewayIp,
  gatewayPort,
  istiodXdsAddress,
  sidecarAdminUrl,
} from './addresses.ts';
import { accepts, answers } from './http.ts';
import type { Layout } from './layout.ts';
import type { ProgramSpec } from './process.ts';

interface Node {
  id: string;
  cluster: string;
  metadata: object;
}

const gatewayNode: Node = {
  id: `router~${gatewayIp}~istio-ingressgateway-0.istio-system~istio-system.svc.cluster.local`,
  cluster: 'istio-ingressgateway.istio-system',
  metadata: metadata('istio-system', { istio: 'ingressgateway' }),
};

const callerNode: Node = {
  id: `sidecar~${callerIp}~caller-0.${callerNamespace}~${callerNamespace}.svc.cluster.local`,
  cluster: `caller.${callerNamespace}`,
  metadata: metadata(callerNamespace, { app: 'caller' }),
};

function metadata(namespace: string, labels: Record<string, string>): object {
  return { LABELS: labels, NAMESPACE: namespace, CLUSTER_ID: 'Kubernetes', ISTIO_VERSION: '1.31.0' };
}

function address(hostAndPort: string): object {
  const [host, port] = hostAndPort.split(':');
  return { socket_address: { address: host, port_value: Number(port) } };
}

/** Everything but the way to istiod comes from istiod. */
function bootstrap(node: Node, adminUrl: string): object {
  const ads = { ads: {}, resource_api_version: 'V3', initial_fetch_timeout: '0s' };
  const endpoint = { endpoint: { address: address(istiodXdsAddress) } };
  const http2 = { '@type': 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions' };
  return {
    node,
    admin: { address: address(new URL(adminUrl).host) },
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

function argsOf(file: string): string[] {
  const log = ['--log-level', 'warning', '--file-flush-interval-msec', '100'];
  return ['-c', file, '--concurrency', '1', '--disable-hot-restart', ...log];
}

/** Envoy as Istio's ingress gateway. Ready when istiod has given it the listener of `public-gateway`. */
export function envoy(layout: Layout, command: string): ProgramSpec {
  const file = join(layout.dir, 'envoy.json');
  writeFileSync(file, JSON.stringify(bootstrap(gatewayNode, envoyAdminUrl)));
  return {
    name: 'envoy',
    command,
    args: argsOf(file),
    logFile: layout.log('envoy'),
    stdout: layout.pipe('envoy'),
    ready: async () => (await answers(`${envoyAdminUrl}/ready`)) && (await accepts(gatewayIp, gatewayPort)),
  };
}

/** Envoy as the sidecar of a caller in the mesh, who connects by `client/caller.ts`. */
export function sidecar(layout: Layout, command: string): ProgramSpec {
  const file = join(layout.dir, 'sidecar.json');
  writeFileSync(file, JSON.stringify(bootstrap(callerNode, sidecarAdminUrl)));
  return {
    name: 'sidecar',
    command,
    args: argsOf(file),
    logFile: layout.log('sidecar'),
    stdout: layout.pipe('sidecar'),
    ready: async () => (await answers(`${sidecarAdminUrl}/ready`)) && (await accepts(callerIp, callerOutboundPort)),
  };
}
