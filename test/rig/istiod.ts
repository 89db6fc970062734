import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { istiodHttpAddress, istiodMonitoringAddress, istiodXdsAddress } from './addresses.ts';
import { type ApiClient, isStatus } from './api.ts';
import { answers } from './http.ts';
import type { Layout } from './layout.ts';
import type { ProgramSpec } from './process.ts';
import { accessLogFormat } from './telemetry/log-format.ts';

/** A plain Envoy has neither Istio's own filters nor its secrets: mesh TLS and the telemetry filters stay off. */
const meshConfig = {
  enableAutoMtls: false,
  defaultProviders: {},
  trustDomain: 'cluster.local',
  defaultConfig: { discoveryAddress: istiodXdsAddress },
  accessLogFile: '/dev/stdout',
  accessLogEncoding: 'JSON',
  accessLogFormat: JSON.stringify(accessLogFormat),
};

/** istiod: turns Gateways, VirtualServices, Services and EndpointSlices into Envoy's configuration. */
export function istiod(layout: Layout, command: string): ProgramSpec {
  const mesh = join(layout.dir, 'mesh.json');
  const networks = join(layout.dir, 'networks.json');
  writeFileSync(mesh, JSON.stringify(meshConfig));
  writeFileSync(networks, JSON.stringify({ networks: {} }));
  return {
    name: 'istiod',
    command,
    args: [
      'discovery',
      `--kubeconfig=${layout.kubeconfig}`,
      `--meshConfig=${mesh}`,
      `--networksConfig=${networks}`,
      '--domain=cluster.local',
      `--httpAddr=${istiodHttpAddress}`,
      '--httpsAddr=',
      `--grpcAddr=${istiodXdsAddress}`,
      '--secureGRPCAddr=',
      `--monitoringAddr=${istiodMonitoringAddress}`,
      '--ctrlz_port=0',
    ],
    env: {
      // While objects change all the time, proxies wait for no more than this; its own 10 s are longer than Headgate gives a route.
      PILOT_DEBOUNCE_MAX: '1s',
      PILOT_ENABLE_METADATA_EXCHANGE: 'false',
      PILOT_ENABLE_ALPN_FILTER: 'false',
      INJECTION_WEBHOOK_CONFIG_NAME: '',
      VALIDATION_WEBHOOK_CONFIG_NAME: '',
      POD_NAMESPACE: 'istio-system',
      POD_NAME: 'istiod-0',
      CLUSTER_ID: 'Kubernetes',
    },
    logFile: layout.log('istiod'),
    ready: () => answers(`http://${istiodHttpAddress}/ready`),
    readyTimeoutMs: 90_000,
  };
}

/** Istio's resource definitions, its namespace, and the `public-gateway` that every example uses. */
export async function installIstioObjects(api: ApiClient, crdFile: string): Promise<void> {
  await Promise.all([
    api.create('/api/v1/namespaces', { metadata: { name: 'istio-system' } }),
    installDefinitions(api, crdFile),
  ]);
}

/** The resource definitions of a JSON list; resolves when their kinds can be written. */
export async function installDefinitions(api: ApiClient, crdFile: string): Promise<void> {
  const definitions = JSON.parse(readFileSync(crdFile, 'utf8')) as { metadata: { name: string } }[];
  const crdPath = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  await Promise.all(definitions.map((definition) => api.create(crdPath, definition)));
  await Promise.all(definitions.map((definition) => established(api, `${crdPath}/${definition.metadata.name}`)));
}

/** The Gateway object that makes Envoy listen for every host on that address alone (pods may use the same port). */
export async function installGateway(api: ApiClient, bind: string, port: number): Promise<void> {
  await api.create('/apis/networking.istio.io/v1/namespaces/istio-system/gateways', {
    apiVersion: 'networking.istio.io/v1',
    kind: 'Gateway',
    metadata: { name: 'public-gateway', namespace: 'istio-system' },
    spec: {
      selector: { istio: 'ingressgateway' },
      servers: [{ bind, port: { number: port, name: 'http', protocol: 'HTTP' }, hosts: ['*'] }],
    },
  });
}

async function established(api: ApiClient, path: string): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (Date.now() < deadline) {
    if (isStatus(await api.get(path), 'Established')) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${path} was not established after 30 s`);
}
