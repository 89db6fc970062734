import type { ProductProcess } from '../../rig/product.ts';
import { type Histogram, histogramOf, minus } from './histogram.ts';
import { cpuMs, residentBytes } from './process-usage.ts';

/** What a scheduler has done and used since it began. */
export interface Reading {
  /** Epoch ms. */
  at: number;
  cpuMs: number;
  lateness: Histogram;
  apiRequests: number;
  ticks: number;
}

/** The same over a time between two readings. */
export type Span = Omit<Reading, 'at'> & { seconds: number };

/** Reads a scheduler from outside: its /metrics, and what the kernel says of its process. */
export async function read(scheduler: ProductProcess): Promise<Reading> {
  const text = await (await fetch(`${scheduler.url}/metrics`)).text();
  return {
    at: Date.now(),
    cpuMs: cpuMs(scheduler.pid),
    lateness: histogramOf(text, 'headgate_tick_lateness_seconds'),
    apiRequests: sumOf(text, 'headgate_api_requests_total'),
    ticks: sumOf(text, 'headgate_ticks_total'),
  };
}

export const between = (from: Reading, to: Reading): Span => ({
  seconds: (to.at - from.at) / 1_000,
  cpuMs: to.cpuMs - from.cpuMs,
  lateness: minus(to.lateness, from.lateness),
  apiRequests: to.apiRequests - from.apiRequests,
  ticks: to.ticks - from.ticks,
});

export const memoryOf = (scheduler: ProductProcess): number => residentBytes(scheduler.pid);

function sumOf(text: string, name: string): number {
  const lines = text.split('\n').filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`));
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}
