import { BUILTIN_NAMES, BUILTINS, builtinOf } from './builtin-metrics.ts';
import { parseDuration } from './schema/durations.ts';
import type { MetricForm } from './schema/metric-schema.ts';
import type { Metric } from './spec-types.ts';

/** What is measured where no metrics are named. */
export const usualMetrics = (): MetricForm[] =>
  BUILTIN_NAMES.map((name) => ({ name, threshold: BUILTINS[name].usual, interval: '1m' }));

/** A metric that has passed schema and rules. */
export function normaliseMetric(form: MetricForm): Metric {
  const builtin = builtinOf(form.name);
  return {
    name: builtin ?? form.name,
    intervalMs: parseDuration(form.interval) ?? 0,
    bounds: boundsOf(form, builtin === undefined ? 'max' : BUILTINS[builtin].threshold),
    source: builtin === undefined ? { query: form.query ?? '' } : { builtin },
  };
}

function boundsOf({ threshold, thresholdRange }: MetricForm, bound: 'min' | 'max'): Metric['bounds'] {
  if (threshold !== undefined) return { [bound]: threshold };
  const { min, max } = thresholdRange ?? {};
  return { ...(min !== undefined && { min }), ...(max !== undefined && { max }) };
}
