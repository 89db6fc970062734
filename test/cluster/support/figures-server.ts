import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';

const PORT = 8090;

/** Servers for MetricTemplates at an address 10.244.255.x: a Prometheus behind a token, and one that knows a score. */
export class FiguresServer {
  /** What is asked for in the header authorization. */
  token = 'token-of-the-test';
  score = 9;
  readonly #ip: string;
  readonly #prometheusUrl: string;
  readonly #server: Server;
  /** Path and parameters of each question about the score. */
  readonly asked: string[] = [];

  constructor(ip: string, prometheusUrl: string) {
    this.#ip = ip;
    this.#prometheusUrl = prometheusUrl;
    this.#server = createServer((request, response) => void this.#take(request, response));
  }

  get address(): string {
    return `http://${this.#ip}:${PORT}`;
  }

  async start(): Promise<void> {
    this.#server.listen(PORT, this.#ip);
    await once(this.#server, 'listening');
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    const { url = '', method = 'GET', headers } = request;
    if (url.startsWith('/score')) {
      this.asked.push(url);
      response.end(JSON.stringify({ data: [{ score: this.score }] }));
      return;
    }
    if (headers.authorization !== `Bearer ${this.token}`) {
      response.writeHead(401).end(`who are you? not ${headers.authorization}`);
      return;
    }
    const type = { 'content-type': headers['content-type'] ?? '' };
    const answer = await fetch(`${this.#prometheusUrl}${url}`, { method, headers: type, body });
    response.writeHead(answer.status).end(await answer.text());
  }
}
