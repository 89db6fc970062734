import { setTimeout as sleep } from 'node:timers/promises';
import type { ProductProcess } from '../../rig/product.ts';
import { type Histogram, histogramQuantile } from '../support/histogram.ts';
import { connections } from '../support/process-usage.ts';
import { between, memoryOf, read, type Span } from '../support/scheduler-probe.ts';
import { median } from '../support/statistics.ts';

const SAMPLE_MS = 500;
const MEGABYTE = 1_048_576;

/** Of the largest scheduler, and the CPU of all together. */
export interface Look {
  /** Percent of a core. */
  CPU: number;
  /** MiB, the median over the time. */
  memory: number;
  connections: number;
  /** Seconds from when a tick was due. */
  'lateness p99': number;
  /** To the API server, of all together in a second. */
  requests: number;
}

/** What schedulers use for a time in which nothing begins or ends. */
export async function look(schedulers: readonly ProductProcess[], durationMs: number): Promise<Look> {
  const from = await Promise.all(schedulers.map(read));
  const memory: number[] = [];
  const end = Date.now() + durationMs;
  while (Date.now() < end) {
    memory.push(Math.max(...schedulers.map(memoryOf)));
    await sleep(SAMPLE_MS);
  }
  const to = await Promise.all(schedulers.map(read));
  const spans = schedulers.map((_, index) => between(from[index]!, to[index]!));
  const sum = (pick: (span: Span) => number): number => spans.reduce((total, span) => total + pick(span), 0);
  return {
    CPU: sum(({ cpuMs, seconds }) => cpuMs / 10 / seconds),
    memory: median(memory) / MEGABYTE,
    connections: Math.max(...schedulers.map(({ pid }) => connections(pid))),
    'lateness p99': histogramQuantile(together(spans), 0.99),
    requests: sum(({ apiRequests, seconds }) => apiRequests / seconds),
  };
}

export const together = (spans: readonly Span[]): Histogram =>
  (spans[0]?.lateness ?? []).map(({ le }, index) => ({
    le,
    count: spans.reduce((total, { lateness }) => total + (lateness[index]?.count ?? 0), 0),
  }));
