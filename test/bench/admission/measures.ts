import type { Measures } from '../parts/part.ts';
import { type Results, timeAt } from './results.ts';
import { VARIANTS, type Variant } from './variants.ts';

export const MEASURES = ['p50', 'p95', 'p99', 'API server', 'webhook', 'calls'] as const;
export type Measure = (typeof MEASURES)[number];

/** The name of a measure of a variant at a number of clients. */
export const nameOf = (variant: Variant, clients: number, measure: Measure): string =>
  `${variant}, ${clients} clients: ${measure}`;

/** Times in ms; CPU in seconds per thousand requests, which is as many ms per request. */
export function measuresOf(results: readonly Results[]): Measures {
  const measures: Record<string, number> = {};
  for (const { rounds, clients, costs } of results)
    for (const variant of VARIANTS) {
      const values: Record<Measure, number> = {
        p50: timeAt(0.5, variant)(rounds),
        p95: timeAt(0.95, variant)(rounds),
        p99: timeAt(0.99, variant)(rounds),
        'API server': costs[variant].apiServerMs,
        webhook: costs[variant].webhookMs,
        calls: costs[variant].calls,
      };
      for (const measure of MEASURES) measures[nameOf(variant, clients, measure)] = values[measure];
    }
  return measures;
}
