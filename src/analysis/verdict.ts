import type { CheckResult } from '../rollout/machine/observation.ts';
import { BUILTINS } from '../rollout/spec/builtin-metrics.ts';
import type { Metric } from '../rollout/spec/spec-types.ts';

/** What the metrics server said. */
export type QueryResult =
  | { kind: 'value'; value: number }
  /** An empty or undefined (NaN) result: nothing was measured. */
  | { kind: 'none' }
  | { kind: 'error'; message: string };

const unitOf = ({ source }: Metric): string => ('builtin' in source ? BUILTINS[source.builtin].unit : '');

/** Six digits: enough to tell a value from a bound that it just missed. */
export const rounded = (value: number): string => String(Number(value.toPrecision(6)));

/** One check: pass, fail, or why it is neither. */
export function checkResultOf(metric: Metric, answer: QueryResult): CheckResult {
  return { metric: metric.name, ...metric.bounds, ...judged(metric, answer) };
}

function judged(metric: Metric, answer: QueryResult): Pick<CheckResult, 'verdict' | 'value' | 'message'> {
  const { name, bounds } = metric;
  if (answer.kind === 'error') return { verdict: 'error', message: `${name} cannot be measured: ${answer.message}` };
  if (answer.kind === 'none')
    return { verdict: 'inconclusive', message: `${name} has no data (no traffic to the canary?)` };
  const { value } = answer;
  const unit = unitOf(metric);
  const { min = -Infinity, max = Infinity } = bounds;
  if (value < min) return { verdict: 'fail', value, message: `${name} ${rounded(value)}${unit} < ${min}${unit}` };
  if (value > max) return { verdict: 'fail', value, message: `${name} ${rounded(value)}${unit} > ${max}${unit}` };
  return { verdict: 'pass', value, message: `${name} ${rounded(value)}${unit}` };
}
