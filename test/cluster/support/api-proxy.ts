import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { type ClientRequest, createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Rig } from '../../rig/rig.ts';

/** `hang`: no answer at all; `forbid`: 403, as without the right. */
export type ApiFault = 'hang' | 'forbid';

interface Broken {
  fault: ApiFault;
  isAbout: (request: Pick<IncomingMessage, 'method' | 'url'>) => boolean;
}

/** A write that has left its client, and has not reached the API server. */
export interface HeldWrite {
  url: string;
  /** Lets it go; the status that the API server answers. */
  forward(): Promise<number>;
}

interface Holding {
  paths: RegExp;
  caught: PromiseWithResolvers<HeldWrite>;
}

/** Stands between one client and the API server, and answers for it where it is told to. */
export class ApiProxy {
  readonly #rig: Rig;
  readonly #agent: HttpsAgent;
  readonly #server = createServer((request, response) => this.#take(request, response));
  readonly #open = new Map<ServerResponse, IncomingMessage>();
  #broken: Broken | undefined;
  #holding: Holding | undefined;

  constructor(rig: Rig) {
    this.#rig = rig;
    this.#agent = new HttpsAgent({ keepAlive: true, ca: readFileSync(rig.file.apiServer.ca) });
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  /** A kubeconfig of a ServiceAccount that leads here. */
  async kubeconfig(namespace: string, account: string): Promise<string> {
    const file = await this.#rig.serviceAccountKubeconfig(namespace, account);
    const config = JSON.parse(readFileSync(file, 'utf8')) as { clusters: { cluster: object }[] };
    const server = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    for (const entry of config.clusters) entry.cluster = { server, 'insecure-skip-tls-verify': true };
    const own = `${file}-by-proxy`;
    writeFileSync(own, JSON.stringify(config), { mode: 0o600 });
    return own;
  }

  /** Reads of these paths are answered no more, the watches among them that are open end. */
  break(fault: ApiFault, paths: RegExp): void {
    const isAbout: Broken['isAbout'] = ({ method, url = '' }) => method === 'GET' && paths.test(url);
    this.#broken = { fault, isAbout };
    this.#cutOff(isAbout);
  }

  mend(): void {
    const { isAbout } = this.#broken ?? {};
    this.#broken = undefined;
    if (isAbout) this.#cutOff(isAbout);
  }

  /** Resolves with the next PATCH of these paths, which goes no further, as if its client had been stopped just before it. */
  async hold(paths: RegExp): Promise<HeldWrite> {
    const caught = Promise.withResolvers<HeldWrite>();
    this.#holding = { paths, caught };
    return caught.promise;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#agent.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #catch(request: IncomingMessage): Promise<HeldWrite> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const forward = async () => {
      const onward = this.#onward(request).end(Buffer.concat(chunks));
      const [answer] = (await once(onward, 'response')) as [IncomingMessage];
      answer.resume();
      return answer.statusCode ?? 0;
    };
    return { url: request.url ?? '', forward };
  }

  #onward({ method, url, headers: { host: _host, ...headers } }: IncomingMessage): ClientRequest {
    return httpsRequest(`${this.#rig.file.apiServer.url}${url}`, { method, headers, agent: this.#agent });
  }

  #cutOff(isAbout: Broken['isAbout']): void {
    for (const [response, request] of this.#open) if (isAbout(request)) response.destroy();
  }

  #take(request: IncomingMessage, response: ServerResponse): void {
    this.#open.set(response, request);
    response.on('close', () => this.#open.delete(response));
    if (this.#broken?.isAbout(request)) {
      if (this.#broken.fault === 'forbid') forbid(response);
      return;
    }
    if (request.method === 'PATCH' && this.#holding?.paths.test(request.url ?? '')) {
      const { caught } = this.#holding;
      this.#holding = undefined;
      return void this.#catch(request).then(caught.resolve, caught.reject);
    }
    const onward = this.#onward(request);
    onward.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      response.flushHeaders();
      answer.on('error', () => response.destroy()).pipe(response);
    });
    onward.on('error', () => response.destroy());
    response.on('close', () => onward.destroy());
    request.pipe(onward);
  }
}

function forbid(response: ServerResponse): void {
  const status = { kind: 'Status', status: 'Failure', code: 403, reason: 'Forbidden', message: 'it is a test' };
  response.writeHead(403, { 'content-type': 'application/json' }).end(JSON.stringify(status));
}
