import { BUILTIN_NAMES, BUILTINS, builtinOf } from './builtin-metrics.ts';
import { parseDuration } from './schema/durations.ts';
import type { MetricForm } from './schema/metric-schema.ts';
import type { Metric, MetricSource } from './spec-types.ts';

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
    source: builtin === undefined ? sourceOf(form) : { builtin },
  };
}

function sourceOf({ query = '', templateRef, templateVariables: variables = {} }: MetricForm): MetricSource {
  if (templateRef === undefined) return { query };
  const { kind, name, namespace } = templateRef;
  return { template: { kind, name, ...(namespace !== undefined && { namespace }), variables } };
}

function boundsOf({ threshold, thresholdRange }: MetricForm, bound: 'min' | 'max'): Metric['bounds'] {
  if (threshold !== undefined) return { [bound]: threshold };
  const { min, max } = thresholdRange ?? {};
  return { ...(min !== undefined && { min }), ...(max !== undefined && { max }) };
}
