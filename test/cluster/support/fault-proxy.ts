import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import {
  type ClientRequest,
  createServer,
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';

/** `hang`: no answer at all; `forbid`: 403, as without the right. */
export type Fault = 'hang' | 'forbid';

export type IsAbout = (request: Pick<IncomingMessage, 'method' | 'url'>) => boolean;

interface Broken {
  fault: Fault;
  isAbout: IsAbout;
}

/** A request that has left its client, and has not reached the server. */
export interface HeldRequest {
  url: string;
  /** Lets it go, and its answer come back; the status of the answer. */
  forward(): Promise<number>;
}

interface Holding {
  isAbout: IsAbout;
  caught: PromiseWithResolvers<HeldRequest>;
}

export interface Upstream {
  url: string;
  /** Of a server with TLS. */
  ca?: Buffer;
}

/** Stands between some clients and a server, and answers for it where it is told to. */
export class FaultProxy {
  readonly #upstream: Upstream;
  readonly #agent: HttpAgent;
  readonly #server = createServer((request, response) => this.#take(request, response));
  readonly #open = new Map<ServerResponse, IncomingMessage>();
  #broken: Broken | undefined;
  #holding: Holding | undefined;

  constructor(upstream: Upstream) {
    this.#upstream = upstream;
    const { ca } = upstream;
    this.#agent = ca ? new HttpsAgent({ keepAlive: true, ca }) : new HttpAgent({ keepAlive: true });
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Reads of these paths are answered no more, the watches among them that are open end. */
  break(fault: Fault, paths: RegExp): void {
    const isAbout: IsAbout = ({ method, url = '' }) => method === 'GET' && paths.test(url);
    this.#broken = { fault, isAbout };
    this.#cutOff(isAbout);
  }

  mend(): void {
    const { isAbout } = this.#broken ?? {};
    this.#broken = undefined;
    if (isAbout) this.#cutOff(isAbout);
  }

  /** Resolves with the next such request, which goes no further, as if its client had been stopped just before it. */
  async hold(method: string, paths: RegExp): Promise<HeldRequest> {
    const caught = Promise.withResolvers<HeldRequest>();
    this.#holding = { isAbout: (request) => request.method === method && paths.test(request.url ?? ''), caught };
    return caught.promise;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#agent.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #catch(request: IncomingMessage, response: ServerResponse): Promise<HeldRequest> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const forward = async () => {
      const onward = this.#onward(request, response).end(Buffer.concat(chunks));
      const [answer] = (await once(onward, 'response')) as [IncomingMessage];
      return answer.statusCode ?? 0;
    };
    return { url: request.url ?? '', forward };
  }

  /** The request as it goes on to the server, whose answer comes back to the client. */
  #onward(
    { method, url, headers: { host: _host, ...headers } }: IncomingMessage,
    response: ServerResponse,
  ): ClientRequest {
    const send = this.#upstream.ca ? httpsRequest : httpRequest;
    const onward = send(`${this.#upstream.url}${url}`, { method, headers, agent: this.#agent });
    onward.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      response.flushHeaders();
      answer.on('error', () => response.destroy()).pipe(response);
    });
    onward.on('error', () => response.destroy());
    return onward;
  }

  #cutOff(isAbout: IsAbout): void {
    for (const [response, request] of this.#open) if (isAbout(request)) response.destroy();
  }

  #take(request: IncomingMessage, response: ServerResponse): void {
    this.#open.set(response, request);
    response.on('close', () => this.#open.delete(response));
    if (this.#broken?.isAbout(request)) {
      if (this.#broken.fault === 'forbid') forbid(response);
      return;
    }
    if (this.#holding?.isAbout(request)) {
      const { caught } = this.#holding;
      this.#holding = undefined;
      return void this.#catch(request, response).then(caught.resolve, caught.reject);
    }
    const onward = this.#onward(request, response);
    response.on('close', () => onward.destroy());
    request.pipe(onward);
  }
}

function forbid(response: ServerResponse): void {
  const status = { kind: 'Status', status: 'Failure', code: 403, reason: 'Forbidden', message: 'it is a test' };
  response.writeHead(403, { 'content-type': 'application/json' }).end(JSON.stringify(status));
}
