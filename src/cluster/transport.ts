import { createSecureContext } from 'node:tls';
import { type Dispatcher, Pool } from 'undici';
import { Backoff } from './backoff.ts';
import type { Credentials } from './credentials.ts';
import { KubeError, refusal } from './errors.ts';
import { jsonText } from './json-text.ts';
import { resourceOf } from './kinds.ts';
import { pause } from './pause.ts';
import type { ServerClock } from './server-clock.ts';
import { WatchConnections } from './watch-connections.ts';

/** Kubernetes' verbs, as RBAC and the audit log name them. */
export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete';

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

export interface Call {
  verb: Verb;
  path: string;
  /** What a report calls it; by default what the path is about. */
  resource?: string;
  query?: Query;
  /** Sent as JSON. */
  body?: object;
  /** Default: application/json. */
  mediaType?: string;
  /** Of objects only their metadata: what they say does not come over the line. */
  metadataOnly?: boolean | undefined;
  /** Ends the call; it then throws the signal's reason, or, between two attempts, what the last one had thrown. */
  signal?: AbortSignal;
  /** For the whole call with its repetitions. */
  deadlineMs?: number;
}

/** One request, once it is over (a watch: once it is open). `code` is the HTTP status, or why there was none. */
export interface RequestReport {
  verb: Verb;
  /** Such as `deployments` or `canaries/status`. */
  resource: string;
  code: number | 'unreachable' | 'deadline' | 'aborted';
}

export interface TransportOptions {
  credentials: Credentials;
  /** Tells requests apart in the API server's audit log: `headgate-scheduler/0.1.0`. */
  userAgent: string;
  /** Default: 10 s. */
  deadlineMs?: number;
  /** Most connections for reads, and as many for writes, which do not wait for reads that hang. Watches have their own (watch-connections.ts). Default: 16. */
  connections?: number;
  onRequest?: (report: RequestReport) => void;
  /** Is told of the time that answers bear. */
  clock?: ServerClock;
}

const METHODS = {
  get: 'GET',
  list: 'GET',
  watch: 'GET',
  create: 'POST',
  update: 'PUT',
  patch: 'PATCH',
  delete: 'DELETE',
} as const satisfies Record<Verb, Dispatcher.HttpMethod>;

const JSON_MEDIA = 'application/json';
const PARTIAL = 'as=PartialObjectMetadata;g=meta.k8s.io;v=v1';

/** In which form an answer is asked for; one that is an error comes as JSON in any case. */
function acceptedMedia({ verb, metadataOnly }: Call): string {
  if (!metadataOnly) return JSON_MEDIA;
  const form = verb === 'list' ? PARTIAL.replace('Metadata;', 'MetadataList;') : PARTIAL;
  return `${JSON_MEDIA};${form},${JSON_MEDIA};q=0.1`;
}

const MOST_ATTEMPTS = 4;

/** HTTP to one API server: raw JSON, connections that are kept, deadlines, and repetition where it cannot do harm. */
export class Transport {
  readonly #options: TransportOptions;
  readonly #prefix: string;
  readonly #reads: Pool;
  readonly #writes: Pool;
  readonly #watches: WatchConnections;

  constructor(options: TransportOptions) {
    const { credentials, connections = 16 } = options;
    const { origin, pathname } = new URL(credentials.server);
    const connect = { timeout: 5_000, keepAlive: true, keepAliveInitialDelay: 30_000, ...tlsOf(credentials) };
    // Below the API server's own idle timeout of 90 s. Time limits are ours: a deadline per call, silence per watch.
    const shared = { connect, allowH2: false, keepAliveTimeout: 60_000, headersTimeout: 0, bodyTimeout: 0 };
    this.#options = options;
    this.#prefix = pathname.replace(/\/$/, '');
    this.#reads = new Pool(origin, { ...shared, connections });
    this.#writes = new Pool(origin, { ...shared, connections });
    // A watch is silent most of the time: where the API server speaks HTTP/2, many of them share a connection.
    this.#watches = new WatchConnections(() => new Pool(origin, { ...shared, allowH2: true }));
  }

  /** The JSON of a 2xx answer. @throws KubeError, or the reason of `call.signal`. */
  async send(call: Call): Promise<unknown> {
    const deadlineMs = call.deadlineMs ?? this.#options.deadlineMs ?? 10_000;
    const endsAt = performance.now() + deadlineMs;
    const deadline = AbortSignal.timeout(deadlineMs);
    const signal = call.signal ? AbortSignal.any([call.signal, deadline]) : deadline;
    const backoff = new Backoff({ baseMs: 100, maxMs: 2_000 });
    for (let attempt = 1, unauthorized = false; ; attempt += 1) {
      try {
        return await this.#attempt(call, signal, unauthorized);
      } catch (error) {
        if (attempt >= MOST_ATTEMPTS || !mayRepeat(call.verb, error, unauthorized)) throw error;
        unauthorized = error.status === 401;
        const delay = unauthorized ? 0 : Math.max(backoff.next(0), error.retryAfterMs ?? 0);
        if (performance.now() + delay >= endsAt || !(await pause(delay, signal))) throw error;
      }
    }
  }

  /** The body of a 200 answer as it arrives; never repeated, without a deadline. @throws KubeError */
  async stream(call: Call & { signal: AbortSignal }): Promise<AsyncIterable<Uint8Array>> {
    const response = await this.#request(this.#watches.for(call.signal), call, call.signal, false);
    if (response.statusCode === 200) return response.body;
    return this.#read(call, response, call.signal) as Promise<never>;
  }

  /** Breaks off what is under way. */
  async close(): Promise<void> {
    await Promise.all([this.#reads, this.#writes, this.#watches].map((part) => part.destroy()));
  }

  async #attempt(call: Call, signal: AbortSignal, freshHeaders: boolean): Promise<unknown> {
    return this.#read(
      call,
      await this.#request(isRead(call.verb) ? this.#reads : this.#writes, call, signal, freshHeaders),
      signal,
    );
  }

  async #request(pool: Pool, call: Call, signal: AbortSignal, freshHeaders: boolean): Promise<Dispatcher.ResponseData> {
    const { verb, path, query, body, mediaType = JSON_MEDIA } = call;
    const { credentials, userAgent, clock } = this.#options;
    const headers = {
      accept: acceptedMedia(call),
      'user-agent': userAgent,
      ...(body && { 'content-type': mediaType }),
      ...(await credentials.headers(freshHeaders)),
    };
    const sentAt = clock?.local() ?? 0;
    try {
      const response = await pool.request({
        method: METHODS[verb],
        path: `${this.#prefix}${path}${queryString(query)}`,
        headers,
        body: body ? jsonText(body) : null,
        signal,
      });
      clock?.note(response.headers.date, sentAt);
      this.#report(call, response.statusCode);
      return response;
    } catch (error) {
      throw this.#unanswered(call, error, signal);
    }
  }

  async #read(call: Call, response: Dispatcher.ResponseData, signal: AbortSignal): Promise<unknown> {
    const text = await response.body.text().catch((error: unknown) => {
      throw this.#unanswered(call, error, signal);
    });
    const json = parse(text);
    const { statusCode } = response;
    if (statusCode >= 300) throw refusal(words(call), statusCode, json ?? text, retryAfterMs(response.headers));
    if (json !== undefined) return json;
    throw new KubeError(`${words(call)}: answer ${statusCode} is not JSON`, { code: 'KUBE_UNREADABLE' });
  }

  #unanswered(call: Call, cause: unknown, signal: AbortSignal): unknown {
    if (call.signal?.aborted) {
      this.#report(call, 'aborted');
      return call.signal.reason;
    }
    this.#report(call, signal.aborted ? 'deadline' : 'unreachable');
    if (signal.aborted) return new KubeError(`${words(call)}: no answer in time`, { code: 'KUBE_DEADLINE', cause });
    const why = cause instanceof Error ? cause.message : String(cause);
    return new KubeError(`${words(call)}: ${why}`, { code: 'KUBE_UNREACHABLE', cause });
  }

  #report({ verb, path, resource = resourceOf(path) }: Call, code: RequestReport['code']): void {
    this.#options.onRequest?.({ verb, resource, code });
  }
}

/** Who is trusted, and with which certificate one comes, is read once for all connections: each would keep its own. */
function tlsOf({ tls: { ca, cert, key, ...rest } }: Credentials) {
  return { ...rest, secureContext: createSecureContext({ ca, cert, key }) };
}

const isRead = (verb: Verb): boolean => verb === 'get' || verb === 'list';

/**
 * Reads may be repeated when the server was busy or gone. Writes never are: one that broke off may have happened, and
 * what to do about it is the caller's to see in the object. A 401 comes before anything is done: once, with new
 * credentials, for any verb.
 */
export function mayRepeat(verb: Verb, error: unknown, unauthorizedBefore: boolean): error is KubeError {
  if (!(error instanceof KubeError)) return false;
  if (error.status === 401) return !unauthorizedBefore;
  return isRead(verb) && (error.code === 'KUBE_UNREACHABLE' || error.status === 429 || error.status === 503);
}

const words = ({ verb, path }: Call): string => `${verb} ${path}`;

function queryString(query: Query = {}): string {
  const pairs = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
  const text = new URLSearchParams(pairs.map(([key, value]): [string, string] => [key, String(value)])).toString();
  return text === '' ? '' : `?${text}`;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Retry-After in seconds, the only form that the API server sends. */
function retryAfterMs(headers: Dispatcher.ResponseData['headers']): number | undefined {
  const value = headers['retry-after'];
  return typeof value === 'string' && /^\d+$/.test(value) ? Number(value) * 1_000 : undefined;
}
