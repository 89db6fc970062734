import axios, { AxiosError, type AxiosInstance } from 'axios';
import { masker } from '../rollout/spec/wording/masked.ts';
import type { ServerLogin } from '../server-address.ts';
import type { QueryResult } from './verdict.ts';

const TIMEOUT_MS = 5_000;
const MAX_BYTES = 1 << 20;
/** One is wanted, and a second shows that there are more. A server that does not know the parameter sends all. */
const MAX_SERIES = 2;

interface Reply {
  status?: string;
  error?: string;
  data?: { resultType?: string; result?: unknown };
}

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
      const { status, data } = await this.#http.post<Reply>('/api/v1/query', form);
      return data?.status === 'success'
        ? read(data)
        : { kind: 'error', message: data?.error ?? `HTTP status ${status}` };
    } catch (error) {
      return { kind: 'error', message: wordsOf(error) };
    }
  }
}

function wordsOf(error: unknown): string {
  if (error instanceof AxiosError && error.message.includes('maxContentLength'))
    return 'the answer is larger than 1 MiB; aggregate the query into one series';
  return error instanceof Error ? error.message : String(error);
}

/** A vector of one sample, or a scalar; more series than one have no single value to judge. */
function read({ data }: Reply): QueryResult {
  if (data?.resultType === 'scalar') return numberIn(data.result);
  if (data?.resultType !== 'vector' || !Array.isArray(data.result)) {
    return { kind: 'error', message: `the query gives a ${data?.resultType ?? 'reply'} that has no single value` };
  }
  const series: unknown[] = data.result;
  if (series.length > 1)
    return { kind: 'error', message: 'the query gives more than one series; aggregate them into one' };
  const [only] = series as { value?: unknown }[];
  return only === undefined ? { kind: 'none' } : numberIn(only.value);
}

const ENDLESS: Readonly<Record<string, number>> = { '+Inf': Infinity, '-Inf': -Infinity };

function numberIn(sample: unknown): QueryResult {
  const text = Array.isArray(sample) ? String(sample[1]) : '';
  if (text === 'NaN') return { kind: 'none', nan: true };
  const value = ENDLESS[text] ?? Number(text || Number.NaN);
  return Number.isNaN(value)
    ? { kind: 'error', message: 'the query gives a value that is no number' }
    : { kind: 'value', value };
}
