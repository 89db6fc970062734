import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';
import { Gateway } from '../../rig/client/gateway.ts';
import { Load } from '../../rig/client/load.ts';
import { type Json, waitFor } from '../../rig/rig.ts';
import type { App } from './app.ts';
import type { Step } from './share.ts';

const FOLLOW_MS = 50;

/** What the router goes by: pods that are ready, as `address:port`, and the part of the requests that the canary's get. */
interface Table {
  weight: number;
  stable: readonly string[];
  canary: readonly string[];
}

/**
 * A small router of HTTP in this process, in the place of a mesh: each request goes to a ready pod of the app's Service or of
 * its canary's, by the shares in the ConfigMap of the app's name; without one, to the app's.
 */
export class Router {
  /** The weights that were in force, and when. */
  readonly steps: Step[] = [];
  readonly #app: App;
  readonly #server: Server;
  readonly #stopping = new AbortController();
  #gateway: Gateway | undefined;
  #following: Promise<void> = Promise.resolve();
  #table: Table = { weight: 0, stable: [], canary: [] };
  #sent = 0;

  constructor(app: App) {
    this.#app = app;
    this.#server = createServer((incoming, answer) => void this.#route(incoming, answer));
  }

  /** Resolves when it knows a pod to send to. */
  async start(): Promise<void> {
    await once(this.#server.listen(0, '127.0.0.1'), 'listening');
    this.#following = this.#follow();
    await waitFor(`a pod behind the Service ${this.#app.name}`, () => this.#table.stable.length > 0);
    this.#gateway = new Gateway(`http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`);
  }

  /** Starts sending through the router. */
  load(rps: number): Load {
    if (this.#gateway === undefined) throw new Error('the router is not started');
    return new Load(this.#gateway, { host: this.#app.host, rps });
  }

  async close(): Promise<void> {
    this.#stopping.abort();
    await this.#following;
    await this.#gateway?.close();
    this.#server.close();
  }

  async #follow(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await sleep(FOLLOW_MS, undefined, { signal }).catch(() => undefined);
      // What was known last holds until the API server answers again.
      await this.#look().catch(() => undefined);
    }
  }

  async #look(): Promise<void> {
    const { name } = this.#app;
    const [map, stable, canary] = await Promise.all([
      this.#app.rig.api.find(`/api/v1/namespaces/${this.#app.namespace}/configmaps/${name}`),
      this.#pods(name),
      this.#pods(`${name}-canary`),
    ]);
    const weight = Number(map?.['data']?.canary ?? 0);
    this.#table = { weight, stable, canary };
    this.#note(weight);
  }

  async #pods(service: string): Promise<string[]> {
    const { rig, namespace } = this.#app;
    const query = `labelSelector=kubernetes.io/service-name%3D${service}`;
    const slices: Json[] = await rig.api.list(
      `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices?${query}`,
    );
    return slices.flatMap(({ endpoints, ports }) =>
      ((endpoints ?? []) as Json[])
        .filter(({ conditions }) => conditions.ready)
        .map(({ addresses }) => `${addresses[0]}:${ports[0].port}`),
    );
  }

  #note(weight: number): void {
    const now = Date.now();
    const last = this.steps.at(-1);
    if (last) last.to = now;
    if (last?.weight !== weight) this.steps.push({ weight, from: now, to: now });
  }

  /** Every hundred requests have the canary's share exactly, evenly among them. */
  #next(): string | undefined {
    const { weight, stable, canary } = this.#table;
    const sent = this.#sent++;
    const due = (count: number): number => Math.floor((count * weight) / 100);
    const pods = due(sent + 1) > due(sent) ? canary : stable;
    return pods[sent % pods.length];
  }

  async #route({ url = '/', headers }: IncomingMessage, answer: ServerResponse): Promise<void> {
    const pod = this.#next();
    if (pod === undefined) return void answer.writeHead(503).end('no pod is ready');
    try {
      // A connection for each request: none is found closed.
      const { statusCode, body } = await request(`http://${pod}${url}`, {
        headers: { host: headers.host ?? '' },
        reset: true,
      });
      answer.writeHead(statusCode).end(await body.text());
    } catch (error) {
      answer.writeHead(502).end(`${pod}: ${String(error)}`);
    }
  }
}
