import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KubeClient } from '../../src/cluster/client.ts';
import type { Credentials } from '../../src/cluster/credentials.ts';
import type { TransportOptions } from '../../src/cluster/transport.ts';
import type { KubeObject } from '../../src/rollout/kube.ts';

export interface Seen {
  method: string;
  path: string;
  query: Record<string, string>;
  headers: IncomingMessage['headers'];
  body: string;
}

export type Answer = (response: ServerResponse, request: Seen) => void;

/** Answers each request with the next of the given faults, the last one for ever. It knows nothing of Kubernetes. */
export class FaultServer {
  readonly seen: Seen[] = [];
  readonly #server = createServer((request, response) => void this.#answer(request, response));
  #answers: Answer[] = [];
  #sockets = 0;

  async start(): Promise<this> {
    this.#server.on('connection', () => {
      this.#sockets += 1;
    });
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Connections opened so far. */
  get sockets(): number {
    return this.#sockets;
  }

  answer(...answers: Answer[]): void {
    this.seen.length = 0;
    this.#answers = answers;
  }

  client(options: Partial<TransportOptions> = {}): KubeClient {
    return new KubeClient({ credentials: plain(this.url), userAgent: 'test/1', ...options });
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const { pathname, searchParams } = new URL(request.url ?? '', this.url);
    const { method = '', headers } = request;
    const seen = { method, path: pathname, query: Object.fromEntries(searchParams), headers, body };
    this.seen.push(seen);
    const answer = this.#answers.length > 1 ? this.#answers.shift() : this.#answers[0];
    answer?.(response, seen);
  }
}

export const plain = (server: string): Credentials => ({ server, tls: {}, headers: async () => ({}) });

export const json =
  (status: number, body: object, headers: Record<string, string> = {}): Answer =>
  (response) =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));

export const refused = (code: number, reason: string, headers: Record<string, string> = {}): Answer =>
  json(code, { kind: 'Status', status: 'Failure', code, reason, message: `because of ${reason}` }, headers);

export const reset: Answer = (response) => response.destroy();
export const silence: Answer = () => {};

export const object = (name: string, resourceVersion: number, more: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { namespace: 'ns', name, resourceVersion: String(resourceVersion), ...more },
});

export const line = (type: string, content: object): string => `${JSON.stringify({ type, object: content })}\n`;
export const added = (name: string, resourceVersion: number): string => line('ADDED', object(name, resourceVersion));
export const bookmark = (resourceVersion: number, annotations?: object): string =>
  line('BOOKMARK', { kind: 'Service', metadata: { resourceVersion: String(resourceVersion), annotations } });
export const initialEnd = (resourceVersion: number): string =>
  bookmark(resourceVersion, { 'k8s.io/initial-events-end': 'true' });

export const list = (resourceVersion: number, ...items: KubeObject[]): Answer =>
  json(200, { kind: 'ServiceList', apiVersion: 'v1', metadata: { resourceVersion: String(resourceVersion) }, items });

type After = 'stay' | 'close' | 'reset';

/** A watch: writes the chunks one by one, then stays open, closes in order, or breaks. */
export const watch =
  (chunks: (string | Uint8Array)[], after: After = 'stay'): Answer =>
  (response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    void writeAll(response, chunks, after);
  };

async function writeAll(response: ServerResponse, chunks: (string | Uint8Array)[], after: After): Promise<void> {
  for (const chunk of chunks) await new Promise((resolve) => response.write(chunk, resolve));
  if (after === 'close') response.end();
  // What was written must be on its way before the connection is torn down.
  if (after === 'reset') setTimeout(() => response.destroy(), 20);
}

/** What a promise was rejected with. */
export const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );
