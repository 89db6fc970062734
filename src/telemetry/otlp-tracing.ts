import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type Context,
  ROOT_CONTEXT,
  type Span,
  type SpanOptions,
  SpanStatusCode,
  TraceFlags,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, type IdGenerator, RandomIdGenerator, TracerProvider } from '@opentelemetry/sdk-trace';
import type { Canary } from '../rollout/machine/canary.ts';
import type { PastRelease } from '../rollout/machine/history.ts';
import { ACTIVE } from '../rollout/machine/state.ts';
import { type ReleaseTrace, releaseTrace } from './release-trace.ts';
import type { SpanAttributes, TickPart, Tracing } from './tracing.ts';

/** Also the longest that a process stays for its last spans. */
const EXPORT_MS = 5_000;

/** Random ids, but for the span of a whole release. */
class Ids implements IdGenerator {
  readonly #random = new RandomIdGenerator();
  #next: ReleaseTrace | undefined;

  /** Makes a span of these ids. */
  as<T>(ids: ReleaseTrace, make: () => T): T {
    this.#next = ids;
    try {
      return make();
    } finally {
      this.#next = undefined;
    }
  }

  generateTraceId(): string {
    return this.#next?.traceId ?? this.#random.generateTraceId();
  }

  generateSpanId(): string {
    return this.#next?.spanId ?? this.#random.generateSpanId();
  }
}

/** Sends spans by OTLP over HTTP, in batches. What the receiver does not take is dropped: no tick waits for it. */
export class OtlpTracing implements Tracing {
  readonly #ids = new Ids();
  readonly #provider: TracerProvider;
  readonly #tracer: Tracer;
  /** The span in which the present code runs. */
  readonly #current = new AsyncLocalStorage<Context>();

  constructor(version: string) {
    const own = resourceFromAttributes({ 'service.name': 'headgate-scheduler', 'service.version': version });
    this.#provider = new TracerProvider({
      resource: own.merge(detectResources({ detectors: [envDetector] })),
      idGenerator: this.#ids,
      spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter(), exportTimeoutMillis: EXPORT_MS })],
    });
    this.#tracer = this.#provider.getTracer('headgate', version);
  }

  tick<T>(canaries: readonly Canary[], run: () => Promise<T>): Promise<T> {
    const canary = canaries.find(({ status }) => status?.phase !== undefined && ACTIVE.has(status.phase));
    const { phase = '', release } = canary?.status ?? {};
    if (canary === undefined || release === undefined) return run();
    const parent = trace.setSpanContext(ROOT_CONTEXT, {
      ...releaseTrace(canary, release.startedAt),
      traceFlags: TraceFlags.SAMPLED,
      isRemote: true,
    });
    const attributes = { ...attributesOf(canary), 'headgate.phase': phase, 'headgate.weight': release.weight };
    return this.#within({ name: 'tick', attributes, run, failure: () => undefined }, parent);
  }

  part<T>(part: TickPart<T>): Promise<T> {
    const parent = this.#current.getStore();
    return parent === undefined ? part.run() : this.#within(part, parent);
  }

  headers(): Record<string, string> {
    const current = trace.getSpanContext(this.#current.getStore() ?? ROOT_CONTEXT);
    if (current === undefined) return {};
    const flags = current.traceFlags.toString(16).padStart(2, '0');
    return { traceparent: `00-${current.traceId}-${current.spanId}-${flags}` };
  }

  ended(canary: Canary, { startedAt, endedAt, outcome, revision, reason, message }: PastRelease): void {
    const attributes = {
      ...attributesOf(canary),
      'headgate.revision': revision,
      'headgate.outcome': outcome,
      ...(reason !== undefined && { 'headgate.reason': reason }),
    };
    const options: SpanOptions = { root: true, startTime: new Date(startedAt), attributes };
    const ids = releaseTrace(canary, startedAt);
    const span = this.#ids.as(ids, () => this.#tracer.startSpan('release', options, ROOT_CONTEXT));
    if (outcome === 'failed') fail(span, message ?? '');
    span.end(new Date(endedAt));
  }

  async stop(): Promise<void> {
    await this.#provider.shutdown().catch(() => undefined);
  }

  async #within<T>({ name, attributes, run, failure }: TickPart<T>, parent: Context): Promise<T> {
    const span = this.#tracer.startSpan(name, { attributes }, parent);
    try {
      const result = await this.#current.run(trace.setSpan(parent, span), run);
      const words = failure(result);
      if (words !== undefined) fail(span, words);
      return result;
    } catch (error) {
      fail(span, error instanceof Error ? error.message : String(error));
      throw error;
    } finally {
      span.end();
    }
  }
}

const fail = (span: Span, message: string): void => void span.setStatus({ code: SpanStatusCode.ERROR, message });

const attributesOf = ({ metadata: { namespace = '', name } }: Canary): SpanAttributes => ({
  'k8s.namespace.name': namespace,
  'headgate.canary': name,
});
