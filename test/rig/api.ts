import { setTimeout as sleep } from 'node:timers/promises';
import { type Dispatcher, request } from 'undici';

// Raw JSON as it travels; the typed models drop fields they do not know.
export type Json = any;

/** A Kubernetes object as raw JSON. */
export interface KubeObject {
  apiVersion?: string;
  kind?: string;
  metadata: Json;
  [field: string]: Json;
}

export interface WatchEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  object: KubeObject;
}

export type PatchType = 'merge' | 'strategic' | 'json' | 'apply';

const patchMedia: Record<PatchType, string> = {
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  json: 'application/json-patch+json',
  apply: 'application/apply-patch+yaml',
};

/** The API server refused. `status` is the HTTP status, `reason` Kubernetes' word for it. */
export class ApiError extends Error {
  readonly status: number;
  readonly reason: string;

  constructor(method: string, path: string, status: number, body: Json) {
    super(`${method} ${path}: ${status} ${body?.message ?? JSON.stringify(body)}`);
    this.name = 'ApiError';
    this.status = status;
    this.reason = body?.reason ?? '';
  }
}

export interface ApiClientOptions {
  url: string;
  dispatcher: Dispatcher;
  userAgent: string;
  token?: string;
}

/** A small client of the Kubernetes API: paths in, raw JSON out, ApiError on refusal. */
export class ApiClient {
  readonly #options: ApiClientOptions;

  constructor(options: ApiClientOptions) {
    this.#options = options;
  }

  get(path: string): Promise<KubeObject> {
    return this.#call('GET', path);
  }

  /** Like get, but undefined when it is not there. */
  async find(path: string): Promise<KubeObject | undefined> {
    return this.get(path).catch((error: unknown) => {
      if (error instanceof ApiError && error.status === 404) return undefined;
      throw error;
    });
  }

  async list(path: string): Promise<KubeObject[]> {
    return (await this.get(path))['items'];
  }

  create(path: string, object: object): Promise<KubeObject> {
    return this.#call('POST', path, object);
  }

  replace(path: string, object: object): Promise<KubeObject> {
    return this.#call('PUT', path, object);
  }

  patch(path: string, patch: object, type: PatchType = 'merge'): Promise<KubeObject> {
    return this.#call('PATCH', path, patch, patchMedia[type]);
  }

  delete(path: string, options: object = {}): Promise<KubeObject> {
    return this.#call('DELETE', path, options);
  }

  /**
   * The events of one watch, until the server ends it, the connection breaks (throws), or `signal` aborts (throws).
   * Follow with a new list: a watch alone may miss what happened in between.
   */
  async *watch(path: string, resourceVersion: string, signal: AbortSignal): AsyncGenerator<WatchEvent> {
    const query = `watch=true&allowWatchBookmarks=true&resourceVersion=${resourceVersion}`;
    const target = `${path}${path.includes('?') ? '&' : '?'}${query}`;
    const response = await this.#request('GET', target, { signal, bodyTimeout: 0 });
    if (response.statusCode !== 200) throw new ApiError('WATCH', path, response.statusCode, await response.body.json());
    let rest = '';
    response.body.setEncoding('utf8');
    for await (const chunk of response.body) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) yield JSON.parse(line) as WatchEvent;
    }
  }

  async #call(
    method: Dispatcher.HttpMethod,
    path: string,
    body?: object,
    media = 'application/json',
  ): Promise<KubeObject> {
    const options = body ? { body: JSON.stringify(body), headers: { 'content-type': media } } : {};
    const response = await this.#request(method, path, options);
    const answer = (await response.body.json()) as KubeObject;
    if (response.statusCode >= 400) throw new ApiError(method, path, response.statusCode, answer);
    return answer;
  }

  #request(
    method: Dispatcher.HttpMethod,
    path: string,
    extra: { body?: string; headers?: Record<string, string>; signal?: AbortSignal; bodyTimeout?: number },
  ): Promise<Dispatcher.ResponseData> {
    const { url, dispatcher, userAgent, token } = this.#options;
    const authorization = token ? { authorization: `Bearer ${token}` } : {};
    const headers = { accept: 'application/json', 'user-agent': userAgent, ...authorization, ...extra.headers };
    return request(url + path, { method, dispatcher, headersTimeout: 60_000, ...extra, headers });
  }
}

/** True when the object has the condition with status True. */
export function isStatus(object: KubeObject | undefined, type: string): boolean {
  const conditions: { type: string; status: string }[] = object?.['status']?.conditions ?? [];
  return conditions.some((condition) => condition.type === type && condition.status === 'True');
}

/** Repeats `attempt` until it succeeds or `giveUp(error)`; waits between tries. For an API server that restarts. */
export async function persistently<T>(attempt: () => Promise<T>, giveUp: (error: unknown) => boolean): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (giveUp(error)) throw error;
      await sleep(Math.min(100 * (tries + 1), 1_000));
    }
  }
}
