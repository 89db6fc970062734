import { ECHO, tagIn } from '../grpc.ts';
import type { Sender } from './gateway.ts';
import { type HttpRequest, revisionOf } from './http.ts';

export interface LoadOptions extends HttpRequest {
  /** From outside through the gateway, which is the default, or from the caller in the mesh through its sidecar. */
  via?: 'gateway' | 'mesh';
  /** Of the Service, in the mesh alone; 80 when it is left out. */
  port?: number;
  /** `http` when it is left out. */
  protocol?: 'http' | 'grpc';
  /** gRPC alone: what is sent, as protobuf writes it. */
  message?: Buffer;
  /** Requests per second, sent evenly whether or not earlier ones were answered. */
  rps: number;
  signal?: AbortSignal;
  /** It ends by itself after this time. */
  maxMs?: number;
}

/** One request: when it was sent (epoch ms), how it ended (0: no answer), and which revision answered. */
export interface Sample {
  at: number;
  ms: number;
  status: number;
  /** gRPC alone. */
  grpcStatus?: number;
  revision: string | undefined;
  /** The words that came with a failure: Envoy's, the application's, or the connection's. */
  trouble?: string;
}

/** 5xx, a gRPC status other than OK, and no answer. */
export const isFailure = ({ status, grpcStatus = 0 }: Sample): boolean =>
  status === 0 || status >= 500 || grpcStatus !== 0;

export interface LoadSummary {
  total: number;
  byStatus: Record<number, number>;
  byGrpcStatus: Record<number, number>;
  byRevision: Record<string, number>;
  /** No answer at all. */
  unanswered: number;
  failures: number;
  p50: number;
  p99: number;
}

/** Steady load from `start` until `stop`; every request is kept, for questions about windows. */
export class Load {
  readonly samples: Sample[] = [];
  /** Epoch ms. */
  readonly startedAt = Date.now();
  readonly #sender: Sender;
  readonly #options: LoadOptions;
  readonly #inFlight = new Set<Promise<void>>();
  readonly #timer: NodeJS.Timeout;
  #sent = 0;

  constructor(sender: Sender, options: LoadOptions) {
    this.#sender = sender;
    this.#options = options;
    this.#timer = setInterval(() => this.#sendDue(), 5);
    options.signal?.addEventListener('abort', () => clearInterval(this.#timer), { once: true });
  }

  /** Waits for the answers that are still to come. */
  async stop(): Promise<LoadSummary> {
    clearInterval(this.#timer);
    await Promise.all(this.#inFlight);
    return this.summary();
  }

  /** Of the requests sent in [fromMs, toMs) (epoch ms); of all without a window. */
  summary(fromMs = 0, toMs = Number.POSITIVE_INFINITY): LoadSummary {
    const window = this.samples.filter(({ at }) => at >= fromMs && at < toMs);
    const times = window.map(({ ms }) => ms).sort((a, b) => a - b);
    return {
      total: window.length,
      byStatus: count(window.map(({ status }) => status)),
      byGrpcStatus: count(window.flatMap(({ grpcStatus }) => grpcStatus ?? [])),
      byRevision: count(window.flatMap(({ revision }) => revision ?? [])),
      unanswered: window.filter(({ status }) => status === 0).length,
      failures: window.filter(isFailure).length,
      p50: times[Math.floor(times.length * 0.5)] ?? 0,
      p99: times[Math.floor(times.length * 0.99)] ?? 0,
    };
  }

  /** The part of each revision, 0 to 1, in the answers of that window that tell their revision. */
  share(fromMs = 0, toMs = Number.POSITIVE_INFINITY): Record<string, number> {
    const { byRevision } = this.summary(fromMs, toMs);
    const all = Object.values(byRevision).reduce((sum, n) => sum + n, 0);
    return Object.fromEntries(Object.entries(byRevision).map(([revision, n]) => [revision, n / all]));
  }

  #sendDue(): void {
    const elapsed = Date.now() - this.startedAt;
    if (elapsed > (this.#options.maxMs ?? 600_000)) clearInterval(this.#timer);
    const due = Math.floor((elapsed * this.#options.rps) / 1_000);
    for (; this.#sent < due; this.#sent += 1) {
      const request = this.#send().finally(() => this.#inFlight.delete(request));
      this.#inFlight.add(request);
    }
  }

  async #send(): Promise<void> {
    const at = Date.now();
    try {
      this.samples.push(this.#options.protocol === 'grpc' ? await this.#call(at) : await this.#request(at));
    } catch (error) {
      this.samples.push({ at, ms: Date.now() - at, status: 0, revision: undefined, trouble: String(error) });
    }
  }

  async #request(at: number): Promise<Sample> {
    const { status, body, ms } = await this.#sender.request(this.#options);
    const sample = { at, ms, status, revision: revisionOf(body) };
    return isFailure(sample) ? { ...sample, trouble: body.slice(0, 200) } : sample;
  }

  async #call(at: number): Promise<Sample> {
    const { host, port, path = ECHO, message, timeoutMs } = this.#options;
    const { grpcMessage, body, ...answer } = await this.#sender.grpc({
      host,
      ...(port !== undefined && { port }),
      path,
      ...(message !== undefined && { message }),
      ...(timeoutMs !== undefined && { timeoutMs }),
    });
    const sample = { ...answer, at, revision: tagIn(path, body) };
    return isFailure(sample) ? { ...sample, trouble: grpcMessage } : sample;
  }
}

function count<K extends string | number>(values: readonly K[]): Record<K, number> {
  const counts = {} as Record<K, number>;
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}
