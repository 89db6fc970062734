import type { CheckResult } from '../rollout/machine/observation.ts';
import { BUILTINS } from '../rollout/spec/builtin-metrics.ts';
import type { Metric } from '../rollout/spec/spec-types.ts';

/** What the metrics server said. */
export type QueryResult =
  | { kind: 'value'; value: number }
  /** Nothing was measured: the result is empty, or it is NaN. */
  | { kind: 'none'; nan?: true }
  | { kind: 'error'; message: string };

const unitOf = ({ source }: Metric): string => ('builtin' in source ? BUILTINS[source.builtin].unit : '');

/** With its unit, in six digits: enough to tell a value from a bound that it just missed. What has no end has no unit. */
export function measured(value: number, unit: string): string {
  if (Number.isFinite(value)) return `${Number(value.toPrecision(6))}${unit}`;
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
}

/** One check: pass, fail, or why it is neither. */
export function checkResultOf(metric: Metric, answer: QueryResult): CheckResult {
  return { metric: metric.name, ...metric.bounds, ...judged(metric, answer) };
}

function judged(metric: Metric, answer: QueryResult): Pick<CheckResult, 'verdict' | 'value' | 'message'> {
  const { name, bounds } = metric;
  if (answer.kind === 'error') return { verdict: 'error', message: `${name} cannot be measured: ${answer.message}` };
  if (answer.kind === 'none') return { verdict: 'inconclusive', message: `${name} has no data (${whyNone(answer)})` };
  const { value } = answer;
  const unit = unitOf(metric);
  const { min = -Infinity, max = Infinity } = bounds;
  const [verdict, beyond] =
    value < min
      ? (['fail', ` < ${min}${unit}`] as const)
      : value > max
        ? (['fail', ` > ${max}${unit}`] as const)
        : PASS;
  const message = `${name} ${measured(value, unit)}${beyond}${endless(metric, value)}`;
  // JSON, and so a status, has no numbers without end.
  return { verdict, ...(Number.isFinite(value) && { value }), message };
}

const whyNone = ({ nan }: { nan?: true }): string =>
  nan ? 'the query gives NaN, as 0 divided by 0 does: no traffic to the canary?' : 'no traffic to the canary?';

const PASS = ['pass', ''] as const;

/** What a value without end means, for a person; empty for every other one. */
function endless({ source }: Metric, value: number): string {
  if (Number.isFinite(value)) return '';
  const isDuration = 'builtin' in source && source.builtin === 'request-duration';
  return isDuration ? ' (longer than every bucket of the histogram)' : ' (a division by 0 in the query?)';
}
