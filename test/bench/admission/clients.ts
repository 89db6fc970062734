import { readFileSync } from 'node:fs';
import { Client } from 'undici';
import type { Rig } from '../../rig/rig.ts';

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

  /** Changes the image of one Deployment after the other; all clients take from the same list. */
  async setImages(changes: readonly { path: string; image: string }[]): Promise<Answer[]> {
    const rest = changes.values();
    const answers: Answer[] = [];
    const work = async (client: Client): Promise<void> => {
      for (const { path, image } of rest) answers.push(await setImage(client, path, image));
    };
    await Promise.all(this.#clients.map(work));
    return answers;
  }

  async close(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.close()));
  }
}

async function setImage(client: Client, path: string, image: string): Promise<Answer> {
  const containers = [{ name: 'app', image }];
  const headers = { 'content-type': 'application/strategic-merge-patch+json', accept: 'application/json' };
  const body = JSON.stringify({ spec: { template: { spec: { containers } } } });
  const from = performance.now();
  const response = await client.request({ method: 'PATCH', path, headers, body });
  const text = await response.body.text();
  return { ms: performance.now() - from, status: response.statusCode, body: text };
}
