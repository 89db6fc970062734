import type { BuiltinMetric } from './spec-types.ts';

interface Builtin {
  /** Names of old that mean the same. */
  aliases: readonly string[];
  /** Which bound a bare `threshold` sets. */
  threshold: 'min' | 'max';
  /** As it stands after a value. */
  unit: string;
  /** The bound that is used when a Deployment names no metrics. */
  usual: number;
  /** The bound as one would write it, and what it means. */
  example: string;
  /** What is wrong with a bound, as a predicate on it. */
  boundProblem(bound: number): string | undefined;
}

/** Headgate's own measures, on Istio's metrics. */
export const BUILTINS: Readonly<Record<BuiltinMetric, Builtin>> = {
  'request-success-rate': {
    aliases: ['istio_requests_total'],
    threshold: 'min',
    unit: '%',
    usual: 99,
    example: 'threshold: 99 (at least 99 percent)',
    boundProblem: percentProblem,
  },
  'request-duration': {
    aliases: ['istio_request_duration_seconds_bucket'],
    threshold: 'max',
    unit: ' ms',
    usual: 500,
    example: 'threshold: 500 (at most 500 milliseconds)',
    boundProblem: millisecondsProblem,
  },
};

export const BUILTIN_NAMES: readonly BuiltinMetric[] = ['request-success-rate', 'request-duration'];

/** The measure of Headgate's own that a metric's name stands for. */
export const builtinOf = (name: string): BuiltinMetric | undefined =>
  BUILTIN_NAMES.find((builtin) => builtin === name || BUILTINS[builtin].aliases.includes(name));

function percentProblem(bound: number): string | undefined {
  if (bound < 0 || bound > 100) return 'must be a percentage from 0 to 100';
  if (bound === 0 || bound > 1) return undefined;
  return `is a fraction, and the unit is percent; write ${Number((bound * 100).toFixed(6))}`;
}

function millisecondsProblem(bound: number): string | undefined {
  if (bound <= 0) return 'must be above 0 milliseconds';
  if (bound >= 1) return undefined;
  return `is less than a millisecond, and the unit is milliseconds; for ${bound} seconds write ${Number((bound * 1000).toFixed(6))}`;
}
