import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { RunningPod } from './agent.ts';
import type { Json } from './api.ts';
import { PodUsage } from './pod-metrics/usage.ts';
import type { Rig } from './rig.ts';

/** Among the addresses of processes that tests start. */
const IP = '10.244.255.250';
const PORT = 9_443;
const NAME = 'pod-metrics';
const GROUP = 'metrics.k8s.io';
const VERSION = 'v1beta1';
const SERVICES = '/api/v1/namespaces/kube-system/services';
const SLICES = '/apis/discovery.k8s.io/v1/namespaces/kube-system/endpointslices';
const APIS = '/apis/apiregistration.k8s.io/v1/apiservices';

const SAMPLE_MS = 500;
const WINDOW_MS = 3_000;

/**
 * metrics.k8s.io, as metrics-server gives it: what the pods' processes really use. HorizontalPodAutoscalers and `kubectl top
 * pods` read it. It runs in the test that asks for it, for as long as that does.
 */
export class PodMetrics {
  readonly #rig: Rig;
  readonly #usage = new PodUsage(WINDOW_MS);
  #pods: readonly RunningPod[] = [];
  #server: Server | undefined;
  #sampling: NodeJS.Timeout | undefined;

  constructor(rig: Rig) {
    this.#rig = rig;
  }

  async start(): Promise<void> {
    const { api } = this.#rig;
    const { cert, key, caBundle } = await this.#rig.certificate([`${NAME}.kube-system.svc`]);
    const tls = { cert: readFileSync(cert), key: readFileSync(key) };
    const server = createServer(tls, (request, response) => {
      this.#answer(request, response).catch((error: Error) => respond(response, 500, { message: error.message }));
    });
    this.#server = server;
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(PORT, IP, resolve));
    this.#sampling = setInterval(() => void this.#sample().catch(() => undefined), SAMPLE_MS);
    await api.create(SERVICES, { metadata: { name: NAME }, spec: { ports: [{ port: 443, targetPort: PORT }] } });
    await api.create(SLICES, {
      metadata: { name: NAME, labels: { 'kubernetes.io/service-name': NAME } },
      addressType: 'IPv4',
      ports: [{ port: PORT }],
      endpoints: [{ addresses: [IP], conditions: { ready: true } }],
    });
    await api.create(APIS, {
      metadata: { name: `${VERSION}.${GROUP}` },
      spec: {
        ...{ group: GROUP, version: VERSION, groupPriorityMinimum: 100, versionPriority: 100, caBundle },
        service: { name: NAME, namespace: 'kube-system' },
      },
    });
  }

  async stop(): Promise<void> {
    clearInterval(this.#sampling);
    const { api } = this.#rig;
    for (const path of [`${APIS}/${VERSION}.${GROUP}`, `${SLICES}/${NAME}`, `${SERVICES}/${NAME}`])
      await api.delete(path);
    this.#server?.closeAllConnections();
    this.#server?.close();
  }

  /** Thousandths of a core that the pods of a namespace use together, by the beginning of their names. */
  millicores(namespace: string, prefix: string): number {
    const own = this.#pods.filter((pod) => pod.namespace === namespace && pod.name.startsWith(prefix));
    const used = own.flatMap((pod) => this.#usage.of(pod) ?? []);
    return used.reduce((sum, { nanocores }) => sum + nanocores, 0) / 1e6;
  }

  async #sample(): Promise<void> {
    this.#pods = await this.#rig.pods();
    this.#usage.sample(this.#pods);
  }

  async #answer({ url = '/' }: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, search } = new URL(url, 'https://rig');
    const [, apis, group, version, , namespace, kind] = pathname.split('/');
    if (apis !== 'apis' || group !== GROUP || version !== VERSION) return respond(response, 404, {});
    if (namespace === undefined) return respond(response, 200, RESOURCES);
    if (kind !== 'pods') return respond(response, 404, {});
    const pods: Json[] = await this.#rig.api.list(`/api/v1/namespaces/${namespace}/pods${search}`);
    const items = pods.flatMap((pod) => this.#metricsOf(pod) ?? []);
    respond(response, 200, { kind: 'PodMetricsList', apiVersion: `${GROUP}/${VERSION}`, metadata: {}, items });
  }

  #metricsOf({ metadata: { namespace, name, labels } }: Json): object | undefined {
    const running = this.#pods.find((pod) => pod.namespace === namespace && pod.name === name);
    const used = running && this.#usage.of(running);
    return (
      used && {
        metadata: { namespace, name, labels },
        ...{ timestamp: new Date().toISOString(), window: `${WINDOW_MS / 1_000}s` },
        containers: used.map(({ container, nanocores, bytes }) => ({
          name: container,
          usage: { cpu: `${nanocores}n`, memory: `${bytes}` },
        })),
      }
    );
  }
}

const RESOURCES = {
  kind: 'APIResourceList',
  apiVersion: 'v1',
  groupVersion: `${GROUP}/${VERSION}`,
  resources: [{ name: 'pods', singularName: '', namespaced: true, kind: 'PodMetrics', verbs: ['get', 'list'] }],
};

function respond(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
