import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import type { HookPayload } from '../../../src/hooks/payload.ts';
import { waitFor } from '../../rig/rig.ts';
import type { App } from './app.ts';

const PORT = 8090;

/** A hook as a user writes it; its type is rollout when left out. */
export interface HookEntry {
  name: string;
  url: string;
  type?: string;
  timeout?: string;
  retries?: number;
  timeLimit?: string;
  metadata?: Record<string, string>;
}

export interface Question extends HookPayload {
  /** When it came, epoch ms. */
  at: number;
  /** Port of the one who asks. */
  from: number;
  /** Who asked has hung up before the answer. */
  isBrokenOff: boolean;
}

/** What is said at a path: a status, with words if any; `hang` says nothing. */
export type Saying = { code: number; body?: string } | 'hang';

/** A real receiver of hooks at an address 10.244.255.x: it notes what it is asked, and says what it is told to. */
export class HookReceiver {
  readonly #ip: string;
  readonly #server: Server;
  readonly #questions = new Map<string, Question[]>();
  readonly #sayings = new Map<string, Saying>();

  constructor(ip: string) {
    this.#ip = ip;
    this.#server = createServer((request, response) => void this.#take(request, response));
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

  /** The hook of this name for an app: each has a path of its own. */
  hook(app: App, name: string, more: Partial<HookEntry> = {}): HookEntry {
    return { name, url: `http://${this.#ip}:${PORT}${pathOf(app, name)}`, ...more };
  }

  /** From now on; 200 until then. */
  says(app: App, name: string, saying: Saying): void {
    this.#sayings.set(pathOf(app, name), saying);
  }

  questions(app: App, name: string): readonly Question[] {
    return this.#questions.get(pathOf(app, name)) ?? [];
  }

  /** Once the hook was asked so often. */
  asked(app: App, name: string, times: number): Promise<readonly Question[]> {
    return waitFor(`hook ${name} of ${app.namespace} to be asked ${times} times`, async () => {
      const questions = this.questions(app, name);
      return questions.length >= times && questions;
    });
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '';
    const payload = (await json(request)) as HookPayload;
    const question = { ...payload, at: Date.now(), from: request.socket.remotePort ?? 0, isBrokenOff: false };
    this.#questions.set(path, [...(this.#questions.get(path) ?? []), question]);
    response.on('close', () => {
      question.isBrokenOff = !response.writableEnded;
    });
    const saying = this.#sayings.get(path) ?? { code: 200 };
    if (saying !== 'hang') response.writeHead(saying.code).end(saying.body);
  }
}

const pathOf = ({ namespace }: App, name: string): string => `/${namespace}/${name}`;

/** Gives the app its hooks, by annotation. */
export async function giveHooks(app: App, hooks: readonly HookEntry[]): Promise<void> {
  const words = `headgate.dev/webhooks=${JSON.stringify(hooks)}`;
  await app.kubectl(['annotate', '--overwrite', `deployment/${app.name}`, words]);
}
