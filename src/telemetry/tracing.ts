import type { Environment } from '../config.ts';
import type { Canary } from '../rollout/machine/canary.ts';
import type { PastRelease } from '../rollout/machine/history.ts';

export type SpanAttributes = Readonly<Record<string, string | number>>;

/** What is done in a tick, as a span of its own. */
export interface TickPart<T> {
  name: string;
  attributes: SpanAttributes;
  run: () => Promise<T>;
  /** What went wrong, by its result; undefined where nothing did. */
  failure: (result: T) => string | undefined;
}

/** One trace for each release, in which every scheduler writes. */
export interface Tracing {
  /** Runs a tick; where a release of one of the Canaries is under way, as a span of its trace. */
  tick<T>(canaries: readonly Canary[], run: () => Promise<T>): Promise<T>;
  /** Outside of a tick that is a span, it is none either. */
  part<T>(part: TickPart<T>): Promise<T>;
  /** By which those who are called join the trace (W3C Trace Context). */
  headers(): Readonly<Record<string, string>>;
  /** The whole release, told once it is over. */
  ended(canary: Canary, release: PastRelease): void;
  /** Resolves when what is known was sent, or could not be. */
  stop(): Promise<void>;
}

/** Where nobody listens. */
export const NO_TRACING: Tracing = {
  tick: (_canaries, run) => run(),
  part: ({ run }) => run(),
  headers: () => ({}),
  ended: () => undefined,
  stop: async () => undefined,
};

/**
 * Traces go where OpenTelemetry's standard variables say; without them nothing of it is loaded.
 * @param version of this program
 */
export async function startTracing(environment: Environment, version: string): Promise<Tracing> {
  const { OTEL_SDK_DISABLED: disabled, OTEL_TRACES_EXPORTER: exporter = 'otlp' } = environment;
  const endpoint = environment['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] ?? environment['OTEL_EXPORTER_OTLP_ENDPOINT'];
  if (!endpoint || disabled === 'true' || exporter !== 'otlp') return NO_TRACING;
  const { OtlpTracing } = await import('./otlp-tracing.ts');
  return new OtlpTracing(version);
}
