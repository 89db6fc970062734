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

interface Proxy {
  name: string;
  node: Node;
  adminUrl: string;
  /** Where it listens once istiod has given it what it needs. */
  listens: readonly [ip: string, port: number];
}

function proxy(layout: Layout, command: string, { name, node, adminUrl, listens }: Proxy): ProgramSpec {
  const file = join(layout.dir, `${name}.json`);
  writeFileSync(file, JSON.stringify(bootstrap(node, adminUrl)));
  return {
    name,
    command,
    args: argsOf(file),
    logFile: layout.log(name),
    stdout: layout.pipe(name),
    ready: async () => (await answers(`${adminUrl}/ready`)) && (await accepts(...listens)),
  };
}

/** Envoy as Istio's ingress gateway. Ready when istiod has given it the listener of `public-gateway`. */
export const envoy = (layout: Layout, command: string): ProgramSpec =>
  proxy(layout, command, {
    ...{ name: 'envoy', node: gatewayNode, adminUrl: envoyAdminUrl },
    listens: [gatewayIp, gatewayPort],
  });

/** Envoy as the sidecar of a caller in the mesh, who connects by `client/caller.ts`. */
export const sidecar = (layout: Layout, command: string): ProgramSpec =>
  proxy(layout, command, {
    ...{ name: 'sidecar', node: callerNode, adminUrl: sidecarAdminUrl },
    listens: [callerIp, callerOutboundPort],
  });
