import axios, { AxiosError, type AxiosInstance } from 'axios';
import { forPerson } from '../hooks/reply.ts';
import { valueAt } from '../rollout/spec/rules/findings.ts';
import { masker } from '../rollout/spec/wording/masked.ts';
import type { ServerLogin } from '../server-address.ts';
import type { QueryResult } from './verdict.ts';

const TIMEOUT_MS = 5_000;
/** Decompressed. What is in it is never walked, however deep it is: only the places of one number are looked at. */
const MAX_BYTES = 256 * 1024;
/** One is wanted, and a second shows that there are more. A server that does not know the parameter sends all. */
const MAX_SERIES = 2;

/** Characters of a number; the longest that is written out in full has some hundreds. */
const MAX_NUMBER = 1_100;

interface Reply {
  status?: unknown;
  error?: unknown;
  data?: { resultType?: unknown; result?: unknown } | null;
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
        : { kind: 'error', message: textOr(data?.error, `HTTP status ${status}`) };
    } catch (error) {
      return { kind: 'error', message: wordsOf(error) };
    }
  }
}

/** What a server says, in one line and not too long, as people are shown it. */
const textOr = (said: unknown, otherwise: string): string =>
  typeof said === 'string' && said !== '' ? forPerson(said) : otherwise;

function wordsOf(error: unknown): string {
  if (error instanceof AxiosError && error.message.includes('maxContentLength'))
    return 'the answer is larger than 256 KiB; aggregate the query into one series';
  return error instanceof Error ? error.message : String(error);
}

/** A vector of one sample, or a scalar; more series than one have no single value to judge. */
function read({ data }: Reply): QueryResult {
  if (data?.resultType === 'scalar') return numberIn(data.result);
  if (data?.resultType !== 'vector' || !Array.isArray(data.result)) {
    return {
      kind: 'error',
      message: `the query gives a ${textOr(data?.resultType, 'reply')} that has no single value`,
    };
  }
  const series: unknown[] = data.result;
  if (series.length > 1)
    return { kind: 'error', message: 'the query gives more than one series; aggregate them into one' };
  const [only] = series;
  return only === undefined ? { kind: 'none' } : numberIn(valueAt(only, ['value']));
}

const ENDLESS: Readonly<Record<string, number>> = { '+Inf': Infinity, '-Inf': -Infinity };

function numberIn(sample: unknown): QueryResult {
  const found: unknown = Array.isArray(sample) ? sample[1] : undefined;
  const text = typeof found === 'number' ? String(found) : found;
  if (text === 'NaN') return { kind: 'none', nan: true };
  const value = typeof text === 'string' && text.length <= MAX_NUMBER ? numberOf(text) : Number.NaN;
  return Number.isNaN(value)
    ? { kind: 'error', message: 'the query gives a value that is no number' }
    : { kind: 'value', value };
}

const numberOf = (text: string): number => ENDLESS[text] ?? Number(text || Number.NaN);
