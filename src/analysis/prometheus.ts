import { Pool } from 'undici';
import { networkWords } from '../hooks/reply.ts';
import { formatDuration } from '../rollout/spec/schema/durations.ts';
import { masker } from '../rollout/spec/wording/masked.ts';
import type { ServerLogin } from '../server-address.ts';
import { boundedText, TOO_LONG } from './bounded-text.ts';
import { MAX_SERIES, readReply } from './providers/prometheus.ts';
import { FORM, formText } from './providers/provider.ts';
import type { QueryResult } from './verdict.ts';

const TIMEOUT_MS = 5_000;

/** The metrics server: one instant query, one number. */
export class Prometheus {
  readonly #pool: Pool;
  readonly #path: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #mask: (text: string) => string;

  /** @param login what it asks for, if it does; no answer shows it */
  constructor(address: string, login?: ServerLogin) {
    const { origin, pathname } = new URL(address);
    const pair = login && `${login.username}:${login.password}`;
    // All other waiting is bounded by a signal.
    const limits = { connectTimeout: TIMEOUT_MS, headersTimeout: 0, bodyTimeout: 0 };
    this.#pool = new Pool(origin, { ...limits, allowH2: false });
    this.#path = `${pathname.replace(/\/$/, '')}/api/v1/query`;
    this.#headers = { ...FORM, ...(pair && { authorization: `Basic ${Buffer.from(pair).toString('base64')}` }) };
    this.#mask = masker(login ? [login.password, `${login.username}:${login.password}`] : []);
  }

  /** By POST, as a query may be longer than a URL can be. Never throws: what goes wrong is an answer of kind `error`. */
  async query(query: string): Promise<QueryResult> {
    const result = await this.#ask(query);
    return result.kind === 'error' ? { kind: 'error', message: this.#mask(result.message) } : result;
  }

  async #ask(query: string): Promise<QueryResult> {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    try {
      const body = formText({ query, limit: String(MAX_SERIES) });
      const request = { method: 'POST', path: this.#path, headers: this.#headers, body, signal } as const;
      const answer = await this.#pool.request(request);
      const text = await boundedText(answer.body);
      return text === undefined
        ? { kind: 'error', message: `the answer is ${TOO_LONG}` }
        : readReply(parsed(text), answer.statusCode);
    } catch (error) {
      if (signal.aborted) return { kind: 'error', message: `no answer within ${formatDuration(TIMEOUT_MS)}` };
      return { kind: 'error', message: networkWords(error) };
    }
  }
}

/** What is in it is never walked, however deep it is: only the places of one number are looked at. */
function parsed(text: string): Parameters<typeof readReply>[0] {
  try {
    return JSON.parse(text) as Parameters<typeof readReply>[0];
  } catch {
    return undefined;
  }
}
