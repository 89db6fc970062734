import type { Labels } from './labels.ts';

/** Upper bounds in milliseconds: Envoy's own, which Istio leaves as they are. */
const BOUNDS = [
  0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000, 300_000, 600_000, 1_800_000,
  3_600_000,
];
const REQUESTS = 'istio_requests_total';
const DURATION = 'istio_request_duration_milliseconds';

/** One set of labels: how many requests, and how long they took. */
class Series {
  usedAt: number;
  #count = 0;
  #sum = 0;
  /** Requests that took at most the bound of the same index; not cumulative. */
  readonly #within = BOUNDS.map(() => 0);
  readonly #bucketNames: readonly string[];
  readonly #labels: string;

  constructor(labels: string, now: number) {
    this.#labels = labels;
    this.#bucketNames = [...BOUNDS, '+Inf'].map((bound) => `${DURATION}_bucket{${labels},le="${bound}"}`);
    this.usedAt = now;
  }

  add(durationMs: number, now: number): void {
    this.usedAt = now;
    this.#count += 1;
    this.#sum += durationMs;
    const index = BOUNDS.findIndex((bound) => durationMs <= bound);
    if (index >= 0) this.#within[index] = (this.#within[index] ?? 0) + 1;
  }

  requestLines(): string {
    return `${REQUESTS}{${this.#labels}} ${this.#count}`;
  }

  durationLines(): string {
    let sum = 0;
    const counts = [...this.#within.map((count) => (sum += count)), this.#count];
    const buckets = this.#bucketNames.map((name, i) => `${name} ${counts[i]}`);
    const total = `${DURATION}_sum{${this.#labels}} ${this.#sum}\n${DURATION}_count{${this.#labels}} ${this.#count}`;
    return `${buckets.join('\n')}\n${total}`;
  }
}

/** Istio's two standard metrics of requests, as Prometheus reads them. */
export class IstioSeries {
  readonly #series = new Map<string, Series>();

  add(labels: Labels, durationMs: number, now: number): void {
    const text = labelText(labels);
    let series = this.#series.get(text);
    if (!series) this.#series.set(text, (series = new Series(text, now)));
    series.add(durationMs, now);
  }

  /** Drops what counted nothing since then, as what is gone for good: namespaces of tests that are over. */
  dropIdle(since: number): void {
    for (const [labels, { usedAt }] of this.#series) if (usedAt < since) this.#series.delete(labels);
  }

  /** The text format of Prometheus. */
  text(): string {
    const all = [...this.#series.values()];
    const requests = all.map((series) => series.requestLines());
    const durations = all.map((series) => series.durationLines());
    const lines = [`# TYPE ${REQUESTS} counter`, ...requests, `# TYPE ${DURATION} histogram`, ...durations];
    return `${lines.join('\n')}\n`;
  }
}

function labelText(labels: Labels): string {
  const quote = (value: string): string => value.replace(/[\\"\n]/g, (c) => (c === '\n' ? '\\n' : `\\${c}`));
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${quote(value)}"`)
    .join(',');
}
