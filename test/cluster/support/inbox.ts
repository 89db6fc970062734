import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { ProviderType } from '../../../src/rollout/spec/schema/alert-provider.ts';
import { FORMS } from '../../notify/forms.ts';
import type { Json } from '../../rig/rig.ts';

/** One request that a receiver had. */
export interface Arrival {
  path: string;
  /** Milliseconds since the epoch. */
  at: number;
  /** Of the notice. */
  id: string;
  /** What it was answered; undefined while it is not. */
  status?: number;
  headers: IncomingMessage['headers'];
  body: Json;
}

/** What a path answers: a status, or nothing as long as the promise does not resolve. */
export type Answer = (arrival: Arrival, count: number) => number | Promise<number>;

/** As the receivers' own servers say that they have taken a message. */
const TAKEN: Readonly<Record<ProviderType, [status: number, body: string]>> = {
  slack: [200, 'ok'],
  msteams: [202, ''],
  discord: [204, ''],
  rocket: [200, '{"success":true}'],
  gchat: [200, '{"name":"spaces/A/messages/B"}'],
  webhook: [204, ''],
};

/**
 * A server that stands for receivers of every type: each path is one, and its first part is the type, whose documented form
 * it insists on. Every path ends with a secret that may appear nowhere else.
 */
export class Inbox {
  readonly arrivals: Arrival[] = [];
  readonly #ip: string;
  readonly #port: number;
  readonly #answers = new Map<string, Answer>();
  readonly #server: Server;

  constructor(ip: string, port = 8080) {
    this.#ip = ip;
    this.#port = port;
    this.#server = createServer((request, response) => void this.#receive(request, response));
  }

  static readonly secret = 's3cret-2f9c';

  async open(): Promise<void> {
    await once(this.#server.listen(this.#port, this.#ip), 'listening');
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  url(type: ProviderType, name: string): string {
    return `http://${this.#ip}:${this.#port}/${type}/${name}/${Inbox.secret}`;
  }

  /** What this receiver answers from now on, where it is not its type's usual answer. */
  answer(name: string, answer: Answer): void {
    this.#answers.set(name, answer);
  }

  /** What a receiver has been sent, the oldest first. */
  of(name: string): Arrival[] {
    return this.arrivals.filter(({ path }) => path.split('/')[2] === name);
  }

  /** What it has taken. */
  taken(name: string): Arrival[] {
    return this.of(name).filter(({ status = 0 }) => status >= 200 && status < 300);
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = (await request.setEncoding('utf8').toArray()).join('');
    const [, type = '', name = ''] = request.url?.split('/') ?? [];
    const arrival: Arrival = {
      path: request.url ?? '',
      at: Date.now(),
      id: String(request.headers['x-headgate-notice']),
      headers: request.headers,
      body: JSON.parse(text),
    };
    const count = this.arrivals.push(arrival);
    const problem = FORMS[type as ProviderType].safeParse(arrival.body).error;
    const [usual, body] = TAKEN[type as ProviderType];
    const status = problem ? 400 : ((await this.#answers.get(name)?.(arrival, count)) ?? usual);
    arrival.status = status;
    response.writeHead(status).end(status === usual ? body : problem?.message);
  }
}

/** What a message says that it is about: `new revision`. */
export function aboutOf({ path, body }: Arrival): string {
  const titles: Record<string, () => string> = {
    slack: () => body.text,
    msteams: () => body.attachments[0].content.body[0].items[0].text,
    discord: () => body.embeds[0].title,
    rocket: () => body.text,
    gchat: () => body.cardsV2[0].card.header.title,
    webhook: () => `: ${body.reason}`,
  };
  return titles[path.split('/')[1] ?? '']?.().replace(/^.*: /, '') ?? '';
}
