import { createHash } from 'node:crypto';
import { createWriteStream, renameSync, rmSync } from 'node:fs';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Dispatcher, EnvHttpProxyAgent, fetch, type Response } from 'undici';

/** How long a server may take. */
export interface Patience {
  /** Until every project has said what its files must be. */
  askMs: number;
  /** Between two pieces of a file. */
  stallMs: number;
  /** For all files: a slower line than this is slower than a build. */
  wholeMs: number;
}

const PATIENCE: Patience = { askMs: 3_000, stallMs: 15_000, wholeMs: 300_000 };

export interface Ask {
  headers?: Record<string, string>;
  signal: AbortSignal;
}

/** The network as this machine reaches it: by the proxy of the environment where there is one. */
export class Web {
  readonly patience: Patience;
  readonly #dispatcher: Dispatcher;

  constructor(patience: Patience = PATIENCE) {
    this.patience = patience;
    this.#dispatcher = new EnvHttpProxyAgent({ bodyTimeout: patience.stallMs, headersTimeout: patience.stallMs });
  }

  /** An answer of whatever status, after its redirects. */
  async ask(url: string, { headers = {}, signal }: Ask): Promise<Response> {
    const answer = await explained(url, fetch(url, { headers, signal, dispatcher: this.#dispatcher }));
    if (leavesTls(url, answer.url)) throw new Error(`${url} redirects to an address without TLS`);
    return answer;
  }

  async text(url: string, ask: Ask): Promise<string> {
    return textOf(await this.ask(url, ask));
  }

  /** Leaves the file at `target` only when it is whole and what it must be. */
  async download(url: string, sha256: string, target: string, ask: Ask): Promise<void> {
    const answer = succeeded(await this.ask(url, ask));
    const partial = `${target}.part`;
    const hash = createHash('sha256');
    const hashing = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        hash.update(chunk);
        done(null, chunk);
      },
    });
    try {
      const body = Readable.from(answer.body ?? []);
      await explained(url, pipeline(body, hashing, createWriteStream(partial), { signal: ask.signal }));
      const digest = hash.digest('hex');
      if (digest !== sha256) throw new Error(`${url} has the SHA-256 ${digest}, not ${sha256}`);
      renameSync(partial, target);
    } finally {
      rmSync(partial, { force: true });
    }
  }

  close(): Promise<void> {
    return this.#dispatcher.destroy();
  }
}

/** A checksum is worth what the way is worth that it came by. */
export const leavesTls = (asked: string, answered: string): boolean =>
  asked.startsWith('https:') && !answered.startsWith('https:');

export const textOf = (answer: Response): Promise<string> => explained(answer.url, succeeded(answer).text());

function succeeded(answer: Response): Response {
  if (!answer.ok) throw new Error(`${answer.url} answers ${answer.status}`);
  return answer;
}

/** Undici's own message is always the same; what happened is its cause. */
function explained<T>(url: string, work: Promise<T>): Promise<T> {
  return work.catch((error: unknown) => {
    throw new Error(`${new URL(url).host} cannot be read (${rootOf(error)})`, { cause: error });
  });
}

function rootOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? rootOf(error.cause) : error.message;
}
