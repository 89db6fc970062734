import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Rig } from '../../rig/rig.ts';

/** `hang`: no answer at all; `forbid`: 403, as without the right. */
export type ApiFault = 'hang' | 'forbid';

interface Broken {
  fault: ApiFault;
  isAbout: (request: Pick<IncomingMessage, 'method' | 'url'>) => boolean;
}

/** Stands between one client and the API server, and answers for it where it is told to. */
export class ApiProxy {
  readonly #rig: Rig;
  readonly #agent: HttpsAgent;
  readonly #server = createServer((request, response) => this.#take(request, response));
  readonly #open = new Map<ServerResponse, IncomingMessage>();
  #broken: Broken | undefined;

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

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#agent.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
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
    const { method, url, headers } = request;
    const { host: _host, ...rest } = headers;
    const onward = httpsRequest(`${this.#rig.file.apiServer.url}${url}`, { method, headers: rest, agent: this.#agent });
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
