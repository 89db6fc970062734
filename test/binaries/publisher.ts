import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Handler = (answer: ServerResponse, request: IncomingMessage) => void;
export type Content = string | Buffer | Handler;

/** A project's file server on this machine: what it has is in `files`, by path. */
export class Publisher {
  readonly files: Record<string, Content> = {};
  /** The paths that were asked for; whole addresses where it was asked as a proxy. */
  readonly asked: string[] = [];
  readonly #server = createServer((request, answer) => this.#answer(request, answer));

  async start(): Promise<this> {
    await once(this.#server.listen(0, '127.0.0.1'), 'listening');
    return this;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #answer(request: IncomingMessage, answer: ServerResponse): void {
    const url = request.url ?? '';
    this.asked.push(url);
    const { pathname, search } = new URL(url, this.url);
    const content = this.files[pathname + search];
    if (content === undefined) answer.writeHead(404).end();
    else if (typeof content === 'function') content(answer, request);
    else answer.end(content);
  }
}
