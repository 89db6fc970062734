import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import { type Rig, waitFor } from '../../rig/rig.ts';

const GROUP = 'external.metrics.k8s.io';
const VERSION = 'v1beta1';
const API = `/apis/${GROUP}/${VERSION}`;
const PORT = 9443;

/** What answers for Kubernetes' external metrics behind the API server, as an adapter of some provider does. */
export class MetricsAdapter {
  /** The one value that it has, as a quantity. */
  value = '0';
  /** Paths of the questions for it. */
  readonly asked: string[] = [];
  readonly #rig: Rig;
  readonly #ip: string;
  readonly #namespace: string;
  #server: Server | undefined;

  /** @param ip 10.244.255.x */
  constructor(rig: Rig, namespace: string, ip: string) {
    this.#rig = rig;
    this.#namespace = namespace;
    this.#ip = ip;
  }

  /** Resolves when the API server asks it. */
  async start(): Promise<void> {
    const { cert, key, caBundle } = await this.#rig.certificate([`adapter.${this.#namespace}.svc`]);
    this.#server = createServer({ cert: readFileSync(cert), key: readFileSync(key) }, (request, response) =>
      this.#take(request, response),
    );
    this.#server.listen(PORT, this.#ip);
    await once(this.#server, 'listening');
    for (const object of this.#objects(caBundle)) await this.#rig.kubectl(['apply', '-f', '-'], { input: object });
    const { api } = this.#rig;
    const path = `${API}/namespaces/${this.#namespace}/ready`;
    await waitFor('the API server to ask the adapter', () => api.get(path), { timeoutMs: 60_000 });
    this.asked.length = 0;
  }

  /** An API that nobody answers is in the way of all who look for what there is. */
  async stop(): Promise<void> {
    await this.#rig.kubectl(['delete', 'apiservice', `${VERSION}.${GROUP}`, '--ignore-not-found']);
    if (this.#server === undefined) return;
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #take({ url = '' }: IncomingMessage, response: ServerResponse): void {
    const [path = '', query = ''] = url.split('?');
    const isKnown = path === API || path.startsWith(`${API}/namespaces/`);
    if (query !== '') this.asked.push(url);
    const answer = path === API ? resources() : this.#values();
    response.writeHead(isKnown ? 200 : 404, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  }

  #values(): object {
    const item = {
      metricName: 'queue_length',
      metricLabels: {},
      timestamp: new Date().toISOString(),
      value: this.value,
    };
    return { kind: 'ExternalMetricValueList', apiVersion: `${GROUP}/${VERSION}`, metadata: {}, items: [item] };
  }

  #objects(caBundle: string): object[] {
    const metadata = { name: 'adapter', namespace: this.#namespace };
    return [
      { apiVersion: 'v1', kind: 'Service', metadata, spec: { ports: [{ port: 443 }] } },
      {
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        metadata: { ...metadata, labels: { 'kubernetes.io/service-name': 'adapter' } },
        addressType: 'IPv4',
        ports: [{ port: PORT }],
        endpoints: [{ addresses: [this.#ip], conditions: { ready: true } }],
      },
      {
        apiVersion: 'apiregistration.k8s.io/v1',
        kind: 'APIService',
        metadata: { name: `${VERSION}.${GROUP}` },
        spec: {
          ...{ group: GROUP, version: VERSION, groupPriorityMinimum: 100, versionPriority: 100, caBundle },
          service: metadata,
        },
      },
    ];
  }
}

const resources = (): object => ({
  kind: 'APIResourceList',
  apiVersion: 'v1',
  groupVersion: `${GROUP}/${VERSION}`,
  resources: [
    { name: 'queue_length', singularName: '', namespaced: true, kind: 'ExternalMetricValueList', verbs: ['get'] },
  ],
});
