import t from 'tap';
import { mayGiveSeveral } from '../../../src/rollout/spec/promql/promql-series.ts';

const one = [
  '1',
  'sum(a)',
  'sum(rate(a{w="{{ canary }}"}[{{ interval }}])) / sum(rate(b[1m])) * 100',
  '(1 - (sum(a) / sum(b))) * 100',
  'sum(a) or vector(0)',
  'scalar(a)',
  'absent(a)',
  'avg(a) > bool 1',
  'round(avg(a), 0.1)',
  'max_over_time(sum(a)[5m:1m])',
  'histogram_quantile(0.99, sum(rate(b[1m])) by (le))',
  'histogram_quantile(0.99, sum by (le) (rate(b[1m]))) * 1000',
  'histogram_quantile(0.99, sum(rate(native[1m])))',
  'histogram_quantile(0.9, sum by (le, app) (rate(b{app="{{ canary }}"}[1m])))',
  'sum by (app) (a{app="{{ canary }}"})',
  'sum(a) / b',
  'topk(1, a)',
  '-sum(a)',
  'sum(a) @ end() offset 5m',
  'quantile(0.9, a)',
  '# a comment\nsum(a)',
  '( # a comment\nsum(a))',
  'sum(a',
  'a if b',
];

const several = [
  'a',
  'a / b',
  'a{w="{{ canary }}"}',
  'rate(a[1m])',
  'a_sum / a_count',
  'a * 100',
  '100 - a',
  'scalar(a) * b',
  'sum by (pod) (a)',
  'sum(a) by (pod) / sum(b) by (pod)',
  'sum without (pod) (a)',
  'topk(3, a)',
  'count_values("version", a)',
  'sum(a) or b',
  'a and sum(b)',
  'a unless sum(b)',
  'sum(a) / on () group_right () b',
  'histogram_quantile(0.99, rate(b[1m]))',
  'histogram_quantile(0.99, sum(rate(b[1m])) by (le, pod))',
  'sum by (app) (a{app=~"x|y"})',
  'label_replace(a, "b", "$1", "c", "(.*)")',
  'max_over_time(a[5m])',
  'sort(a)',
  '# a comment\na',
  '( # a comment\na)',
];

for (const query of one) {
  void t.test(`one at most: ${query}`, async (t) => {
    t.equal(mayGiveSeveral(query), false);
  });
}

for (const query of several) {
  void t.test(`perhaps several: ${query}`, async (t) => {
    t.equal(mayGiveSeveral(query), true);
  });
}
