import axios, { AxiosError, type AxiosInstance } from 'axios';
import { masker } from '../rollout/spec/wording/masked.ts';
import type { ServerLogin } from '../server-address.ts';
import { MAX_SERIES, readReply } from './providers/prometheus.ts';
import type { QueryResult } from './verdict.ts';

const TIMEOUT_MS = 5_000;
/** Decompressed. What is in it is never walked, however deep it is: only the places of one number are looked at. */
const MAX_BYTES = 256 * 1024;
/** The metrics server: one instant query, one number. */
export class Prometheus {
  readonly #http: AxiosInstance;
  readonly #mask: (text: string) => string;

  /** @param login what it asks for, if it does; no answer shows it */
  constructor(address: string, login?: ServerLogin) {
    const limits = { timeout: TIMEOUT_MS, maxContentLength: MAX_BYTES, maxRedirects: 0 };
    const auth = login && { auth: login };
    this.#http = axios.create({ baseURL: address, ...limits, ...auth, proxy: false, validateStatus: () => true });
    this.#mask = masker(login ? [login.password, `${login.username}:${login.password}`] : []);
  }

  /** By POST, as a query may be longer than a URL can be. Never throws: what goes wrong is an answer of kind `error`. */
  async query(query: string): Promise<QueryResult> {
    const result = await this.#ask(query);
    return result.kind === 'error' ? { kind: 'error', message: this.#mask(result.message) } : result;
  }

  async #ask(query: string): Promise<QueryResult> {
    try {
      const form = new URLSearchParams({ query, limit: String(MAX_SERIES) });
      const { status, data } = await this.#http.post<Parameters<typeof readReply>[0]>('/api/v1/query', form);
      return readReply(data, status);
    } catch (error) {
      return { kind: 'error', message: wordsOf(error) };
    }
  }
}

function wordsOf(error: unknown): string {
  if (error instanceof AxiosError && error.message.includes('maxContentLength'))
    return 'the answer is larger than 256 KiB; aggregate the query into one series';
  return error instanceof Error ? error.message : String(error);
}
