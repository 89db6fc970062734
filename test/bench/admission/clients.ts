import { readFileSync } from 'node:fs';
import { Client } from 'undici';
import type { Rig } from '../../rig/rig.ts';

/** A strategic merge patch of one object. */
export interface Change {
  path: string;
  patch: object;
}

export interface Answer {
  ms: number;
  status: number;
  body: string;
}

/** Clients of the API server with one kept connection each, and one request at a time on it. */
export class Clients {
  readonly #clients: Client[];

  constructor({ file: { apiServer } }: Rig, count: number) {
    const [ca, cert, key] = [apiServer.ca, apiServer.cert, apiServer.key].map((path) => readFileSync(path, 'utf8'));
    const connect = { ca: ca ?? '', cert: cert ?? '', key: key ?? '' };
    const options = { connect, pipelining: 1, keepAliveTimeout: 60_000 };
    this.#clients = Array.from({ length: count }, () => new Client(apiServer.url, options));
  }

  /** One change after the other; all clients, or so many of them, take from the same list. */
  async send(changes: readonly Change[], clients = this.#clients.length): Promise<Answer[]> {
    const rest = changes.values();
    const answers: Answer[] = [];
    const work = async (client: Client): Promise<void> => {
      for (const change of rest) answers.push(await send(client, change));
    };
    await Promise.all(this.#clients.slice(0, clients).map(work));
    return answers;
  }

  async close(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.close()));
  }
}

async function send(client: Client, { path, patch }: Change): Promise<Answer> {
  const headers = { 'content-type': 'application/strategic-merge-patch+json', accept: 'application/json' };
  const from = performance.now();
  const response = await client.request({ method: 'PATCH', path, headers, body: JSON.stringify(patch) });
  const text = await response.body.text();
  return { ms: performance.now() - from, status: response.statusCode, body: text };
}
