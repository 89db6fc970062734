import t from 'tap';
import { checkResultOf, type QueryResult } from '../../src/analysis/verdict.ts';
import type { Metric } from '../../src/rollout/spec/spec-types.ts';

const success: Metric = {
  ...{ name: 'request-success-rate', intervalMs: 60_000, bounds: { min: 99 } },
  source: { builtin: 'request-success-rate' },
};
const duration: Metric = {
  ...{ name: 'request-duration', intervalMs: 60_000, bounds: { max: 500 } },
  source: { builtin: 'request-duration' },
};
const own = (bounds: Metric['bounds']): Metric => ({
  name: 'queue',
  intervalMs: 60_000,
  bounds,
  source: { query: 'q' },
});
const value = (number: number): QueryResult => ({ kind: 'value', value: number });

const table: Record<string, [Metric, QueryResult, verdict: string, message: string]> = {
  'a value inside its bound passes': [success, value(99.5), 'pass', 'request-success-rate 99.5%'],
  'the bound itself passes': [success, value(99), 'pass', 'request-success-rate 99%'],
  'below the least it fails': [success, value(87.5), 'fail', 'request-success-rate 87.5% < 99%'],
  'a near miss is told from the bound': [success, value(98.9991), 'fail', 'request-success-rate 98.9991% < 99%'],
  'above the most it fails': [duration, value(1_234.5678), 'fail', 'request-duration 1234.57 ms > 500 ms'],
  'infinitely slow fails': [
    duration,
    value(Infinity),
    'fail',
    'request-duration +Inf > 500 ms (longer than every bucket of the histogram)',
  ],
  'nothing is infinitely good for both bounds': [
    own({ min: 1, max: 2 }),
    value(-Infinity),
    'fail',
    'queue -Inf < 1 (a division by 0 in the query?)',
  ],
  'between two bounds it passes': [own({ min: 1, max: 2 }), value(1.5), 'pass', 'queue 1.5'],
  'without bounds everything passes': [own({}), value(1e9), 'pass', 'queue 1000000000'],
  'no data is neither': [
    success,
    { kind: 'none' },
    'inconclusive',
    'request-success-rate has no data (no traffic to the canary?)',
  ],
  'infinitely much passes where there is no greatest value': [
    own({ min: 1 }),
    value(Infinity),
    'pass',
    'queue +Inf (a division by 0 in the query?)',
  ],
  'NaN is no data': [
    own({ min: 1 }),
    { kind: 'none', nan: true },
    'inconclusive',
    'queue has no data (the query gives NaN, as 0 divided by 0 does: no traffic to the canary?)',
  ],
  'no answer is neither': [
    success,
    { kind: 'error', message: 'HTTP status 503' },
    'error',
    'request-success-rate cannot be measured: HTTP status 503',
  ],
};
for (const [claim, [metric, answer, verdict, message]] of Object.entries(table)) {
  t.match(checkResultOf(metric, answer), { metric: metric.name, verdict, message }, claim);
}

t.test('what is remembered of a check is the same in JSON, which has no numbers without end', async (t) => {
  for (const number of [Infinity, -Infinity, 1e300, 5e-324, -0.5]) {
    const check = checkResultOf(own({ min: 0, max: 1 }), value(number));
    t.same(JSON.parse(JSON.stringify(check)), check, check.message);
    t.notMatch(check.message, /Infinity|null/);
  }
});
