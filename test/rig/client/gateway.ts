import { performance } from 'node:perf_hooks';
import { Pool } from 'undici';

export interface GatewayRequest {
  /** The Host header, by which the VirtualService is found. */
  host: string;
  path?: string;
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'OPTIONS';
  headers?: Record<string, string>;
  body?: string;
  timeoutMs?: number;
}

export interface GatewayAnswer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
  ms: number;
}

/** Requests through Envoy, as a user of the application makes them. */
export class Gateway {
  readonly #pool: Pool;

  constructor(url: string) {
    this.#pool = new Pool(url, { connections: 128, pipelining: 1, keepAliveTimeout: 30_000 });
  }

  async request(wanted: GatewayRequest): Promise<GatewayAnswer> {
    const started = performance.now();
    const timeoutMs = wanted.timeoutMs ?? 30_000;
    const response = await this.#pool.request({
      path: wanted.path ?? '/',
      method: wanted.method ?? 'GET',
      headers: { ...wanted.headers, host: wanted.host },
      body: wanted.body ?? null,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
    });
    const body = await response.body.text();
    return { status: response.statusCode, headers: response.headers, body, ms: performance.now() - started };
  }

  close(): Promise<void> {
    return this.#pool.destroy();
  }
}

/** Which revision gave this answer: podinfo's `message`, which the rig sets to the image's tag. */
export function revisionOf(body: string): string | undefined {
  return /"message":\s*"([^"]*)"/.exec(body)?.[1];
}
