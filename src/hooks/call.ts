import { setTimeout as sleep } from 'node:timers/promises';
import { Client, type Dispatcher } from 'undici';
import { retryPauseMs } from '../rollout/machine/calls.ts';
import type { HookType } from '../rollout/spec/schema/hook-types.ts';
import type { Allowance, CallGuard } from './call-guard.ts';
import { checkedLookup } from './checked-lookup.ts';
import { refusalWords } from './refusal.ts';
import { ABORTED, forbidden, late, type Reply, replyTo, unreachable } from './reply.ts';

/** One question to a hook, with all that a call needs. */
export interface HookQuestion {
  type: HookType;
  url: string;
  /** Of the canary: its Services may be called. */
  namespace: string;
  /** Longest wait for one answer, in milliseconds. */
  timeoutMs: number;
  /** Calls that may follow the first, as long as none gets a good answer. */
  retries: number;
  /** Sent as JSON. */
  body: object;
  /** Besides those that every question has. */
  headers?: Readonly<Record<string, string>>;
}

export interface CallerOptions {
  /** Who may be called. */
  guard: CallGuard;
  userAgent: string;
  /** Told of every question with its end, after so many seconds. */
  onReply?: (type: HookType, outcome: Reply['outcome'], seconds: number) => void;
}

/** Of an answer no more is read. */
const MOST_BYTES = 8_192;

/**
 * Puts questions to hooks. The address that was checked is the one that is connected to; redirects are not followed,
 * proxies of the environment are not used.
 */
export class HookCaller {
  readonly #options: CallerOptions;

  constructor(options: CallerOptions) {
    this.#options = options;
  }

  /** Never throws. */
  async ask(question: HookQuestion, signal: AbortSignal): Promise<Reply> {
    const began = performance.now();
    const reply = await this.#ask(question, signal);
    this.#options.onReply?.(question.type, reply.outcome, (performance.now() - began) / 1_000);
    return reply;
  }

  async #ask(question: HookQuestion, signal: AbortSignal): Promise<Reply> {
    const destination = this.#options.guard.destination(question.url, question.namespace);
    if ('refusal' in destination) return forbidden(refusalWords(destination.refusal));
    for (let attempt = 0; ; attempt += 1) {
      const reply = await this.#once(question, destination, signal);
      if (reply.outcome !== 'failed' || attempt >= question.retries) return reply;
      await sleep(retryPauseMs(attempt), undefined, { signal }).catch(() => undefined);
    }
  }

  /** One call, from the look-up of the name to the end of the answer within one time limit. */
  async #once(question: HookQuestion, to: Allowance, signal: AbortSignal): Promise<Reply> {
    const within = AbortSignal.any([signal, AbortSignal.timeout(question.timeoutMs)]);
    try {
      const addresses = await this.#options.guard.addresses(to, within);
      if ('refusal' in addresses) return forbidden(refusalWords(addresses.refusal));
      return await this.#post(question, to.url, addresses, within);
    } catch (error) {
      if (signal.aborted) return ABORTED;
      return within.aborted ? late(question.timeoutMs) : unreachable(error);
    }
  }

  async #post({ body, headers }: HookQuestion, url: URL, addresses: string[], signal: AbortSignal): Promise<Reply> {
    // All waiting is bounded by the signal. A connection serves one call: the next one may lead elsewhere.
    const limits = { connectTimeout: 0, headersTimeout: 0, bodyTimeout: 0 };
    const client = new Client(url.origin, { ...limits, allowH2: false, connect: { lookup: checkedLookup(addresses) } });
    try {
      const answer = await client.request({
        method: 'POST',
        path: `${url.pathname}${url.search}`,
        headers: { ...headers, 'content-type': 'application/json', 'user-agent': this.#options.userAgent },
        body: JSON.stringify(body),
        reset: true,
        signal,
      });
      const retryAfter = answer.headers['retry-after'];
      const came = { status: answer.statusCode, ...(typeof retryAfter === 'string' && { retryAfter }) };
      return { ...replyTo(answer.statusCode, await beginningOf(answer.body)), answer: came };
    } finally {
      void client.destroy();
    }
  }
}

/**
 * The status alone decides; the body is shown to people. Where it breaks off or takes too long, what came of it is enough.
 */
async function beginningOf(body: Dispatcher.ResponseData['body']): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= MOST_BYTES) break;
    }
  } catch {
    // The rest is not known.
  }
  return Buffer.concat(chunks).subarray(0, MOST_BYTES).toString('utf8');
}
