import { once } from 'node:events';
import {
  type ClientRequest,
  createServer,
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { FAULTS, type Fault } from './faults.ts';

/** Which requests are meant; each part that is left out means any. */
export interface Pattern {
  method?: RegExp;
  path?: RegExp;
  body?: RegExp;
}

interface Asked {
  request: IncomingMessage;
  response: ServerResponse;
  body: Buffer;
  /** Once it has begun. */
  answer?: IncomingMessage;
}

interface Rule {
  fault: Fault;
  pattern: Pattern;
}

/** A request that has left its client, and has not reached the server. */
export interface HeldRequest {
  method: string;
  url: string;
  /** Lets it go, and its answer come back; the status of the answer. */
  forward(): Promise<number>;
}

interface Holding {
  pattern: Pattern;
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
  readonly #server = createServer((request, response) => void this.#take(request, response));
  readonly #open = new Set<Asked>();
  #rules: Rule[] = [];
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

  /** From now on such requests meet the fault. Watches that are open end; or say nothing more, where they are to be silent. */
  break(fault: Fault, pattern: Pattern): void {
    this.#rules.push({ fault, pattern });
    for (const asked of this.#meant(pattern)) {
      if (fault === 'silent') asked.answer?.unpipe(asked.response);
      else asked.response.destroy();
    }
  }

  /** Takes back the faults of these patterns, or all. What is open of theirs is cut off. */
  mend(...patterns: readonly Pattern[]): void {
    const isMeant = ({ pattern }: Rule) => patterns.length === 0 || patterns.includes(pattern);
    const mended = this.#rules.filter(isMeant);
    this.#rules = this.#rules.filter((rule) => !mended.includes(rule));
    for (const { pattern } of mended) for (const { response } of this.#meant(pattern)) response.destroy();
  }

  /** Resolves with the next such request, which goes no further, as if its client had been stopped just before it. */
  async hold(pattern: Pattern): Promise<HeldRequest> {
    const caught = Promise.withResolvers<HeldRequest>();
    this.#holding = { pattern, caught };
    return caught.promise;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#agent.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #meant(pattern: Pattern): Asked[] {
    return [...this.#open].filter((asked) => isMeant(asked, pattern));
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const asked: Asked = { request, response, body: await buffer(request).catch(() => Buffer.alloc(0)) };
    this.#open.add(asked);
    response.on('close', () => this.#open.delete(asked));
    const rule = this.#rules.find(({ pattern }) => isMeant(asked, pattern));
    if (rule) return FAULTS[rule.fault]({ response, isWatch: /[?&]watch=true/.test(request.url ?? '') });
    if (this.#holding && isMeant(asked, this.#holding.pattern)) return this.#catch(asked, this.#holding);
    const onward = this.#onward(asked);
    response.on('close', () => onward.destroy());
  }

  #catch(asked: Asked, { caught }: Holding): void {
    this.#holding = undefined;
    const { method = '', url = '' } = asked.request;
    const forward = async () => {
      const [answer] = (await once(this.#onward(asked), 'response')) as [IncomingMessage];
      return answer.statusCode ?? 0;
    };
    caught.resolve({ method, url, forward });
  }

  /** The request on its way to the server, whose answer comes back to the client. */
  #onward(asked: Asked): ClientRequest {
    const { request, response, body } = asked;
    const { host: _host, 'transfer-encoding': _encoding, ...headers } = request.headers;
    const send = this.#upstream.ca ? httpsRequest : httpRequest;
    const { method, url } = request;
    const onward = send(`${this.#upstream.url}${url}`, { method, headers, agent: this.#agent });
    onward.on('response', (answer) => {
      asked.answer = answer;
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      response.flushHeaders();
      answer.on('error', () => response.destroy()).pipe(response);
    });
    onward.on('error', () => response.destroy());
    return onward.end(body);
  }
}

const isMeant = ({ request: { method = '', url = '' }, body }: Asked, pattern: Pattern): boolean =>
  (pattern.method?.test(method) ?? true) &&
  (pattern.path?.test(url) ?? true) &&
  (pattern.body?.test(body.toString()) ?? true);
