import { performance } from 'node:perf_hooks';
import type { Dispatcher } from 'undici';

export interface HttpRequest {
  /** By which the VirtualService, or the Service, is found. */
  host: string;
  path?: string;
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'OPTIONS';
  headers?: Record<string, string>;
  body?: string;
  timeoutMs?: number;
  /** On a connection that ends with it: one that is kept stays with the listener that a proxy had for its address when it was made. */
  isLast?: boolean;
}

export interface HttpAnswer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
  ms: number;
}

/** One request to an origin with a Host header of its own, and its whole answer. */
export async function exchange(dispatcher: Dispatcher, origin: string, wanted: HttpRequest): Promise<HttpAnswer> {
  const started = performance.now();
  const timeoutMs = wanted.timeoutMs ?? 30_000;
  const response = await dispatcher.request({
    origin,
    path: wanted.path ?? '/',
    method: wanted.method ?? 'GET',
    headers: { ...wanted.headers, host: wanted.host },
    body: wanted.body ?? null,
    reset: wanted.isLast ?? false,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
  });
  const body = await response.body.text();
  return { status: response.statusCode, headers: response.headers, body, ms: performance.now() - started };
}

/** Which revision gave this answer: podinfo's `message`, which the rig sets to the image's tag. */
export function revisionOf(body: string): string | undefined {
  return /"message":\s*"([^"]*)"/.exec(body)?.[1];
}
