import fc from 'fast-check';
import t from 'tap';
import { queryDoubt, queryProblem } from '../../../src/rollout/spec/promql/promql.ts';
import { renderQuery } from '../../../src/rollout/spec/promql/query-template.ts';

const right = [
  'up',
  '1',
  'time()',
  'sum(rate(errors_total{app="{{ target }}"}[{{ interval }}]))',
  "errors_total{app=~'{{canary}}|{{ service }}',ns=`{{namespace}}`}",
  '100 - sum(rate(a[1m])) / sum(rate(b[1m] offset {{ interval }})) * 100',
  'histogram_quantile(0.99, sum(rate(x_bucket[5m])) by (le))',
  'max_over_time(rate(x[1m])[{{ interval }}:{{interval}}])',
  'quantile_over_time(0.9, (x[5m:1m] offset 5m))',
  'topk(3, x) > bool 1 or vector(0)',
  'absent(x) unless on (app) y',
  '# the ratio\nsum(a)\n  / on () group_left ()\nsum(b)',
  '{"http.requests", "service.name"="a"}',
  'rate(x[5m] @ end())',
];

for (const query of right) {
  void t.test(`taken: ${query.replaceAll('\n', ' ')}`, async (t) => {
    t.equal(queryProblem(query), undefined);
    t.equal(queryDoubt(query), undefined);
  });
}

const wrong: Record<string, string> = {
  '': 'is empty',
  ' \n ': 'is empty',
  '# nothing (': 'is empty',
  'sum(x': 'is a ) missing?',
  'sum(x) +': 'it ends too early, at line 1, column 9',
  'rate(x[5m)': 'unexpected ")" at line 1, column 10',
  'sum(x)) by': 'unexpected ")" at line 1, column 7',
  'sum(x{a="b)': 'the string at line 1, column 9 does not end',
  'x{a="b"': 'is a } missing?',
  'rollup_rate(x{a="b"}[5m]))': 'unexpected ")" at line 1, column 26',
  'sum(x)\n  by le': 'unexpected "le" at line 2, column 6',
  'errors per second': 'unexpected "per" at line 1, column 8',
  'x{a=b}': 'unexpected "b" at line 1, column 5; a label\'s value stands in quotes',
  'rate(x[$__interval])': 'unexpected "$__interval" at line 1, column 8',
  'histogram_quantil(0.9, x)': 'did you mean histogram_quantile?',
  '(x[5m] offset 1m)': 'the range at line 1, column 2 is no number',
  '("x")': 'is a string',
  '{{ target }}_total': 'line 1, column 1 outside of quotes',
  'x{a="{{ targt }}"}': 'did you mean {{ target }}?',
  'x{a="{{ }}"}': 'uses {{  }}, which is no variable; known are {{ namespace }}',
  'x{a="{{ target"}': 'has a {{ without its }}',
};

for (const [query, says] of Object.entries(wrong)) {
  void t.test(`refused: ${query.replaceAll('\n', ' ')}`, async (t) => {
    t.match(queryProblem(query), says);
  });
}

/** What Prometheus would not take, and other servers do, or may. */
const doubtful: Record<string, string> = {
  'foobar(x)': '"foobar" at line 1, column 1 is no function',
  'increase(x)': 'increase at line 1, column 1 wants a range',
  'sum_over_time(rate(x[5m]))': 'sum_over_time at line 1, column 1 wants a range',
  'sum(x[5m])': 'the range at line 1, column 5 is no number',
  'rate(x[5m][1h:1m])': 'the range at line 1, column 6 is no number',
  'rate(x{app="{{ canary }}"}[{{ interval }}]) keep_metric_names':
    '"keep_metric_names" at line 1, column 45 is MetricsQL',
  'rollup_rate(x[5m])': '"rollup_rate" at line 1, column 1 is a function of MetricsQL',
  'median_over_time(x[5m])': 'is a function of MetricsQL',
  'sum(x) default 0': '"default" at line 1, column 8 is MetricsQL',
  'sum(x) by (a) limit 5': '"limit" at line 1, column 15 is MetricsQL',
  'WITH (ns = {namespace="{{ namespace }}"}) sum(x{ns})': '"WITH" at line 1, column 1 is a function of MetricsQL',
  'x{a="1" or a="2"}': '"or" at line 1, column 9 is MetricsQL',
  'sum((a, b))': 'column 7 is MetricsQL',
  'increase(x[1i])': '"i" at line 1, column 13 is MetricsQL',
  'rate(x[1.5h])': '"h" at line 1, column 11 is MetricsQL',
  'x > 1Ki': '"Ki" at line 1, column 6 is MetricsQL',
  'xrate(x[5m])': '"xrate" at line 1, column 1 is a function of Thanos',
};

for (const [query, says] of Object.entries(doubtful)) {
  void t.test(`taken with a word: ${query.replaceAll('\n', ' ')}`, async (t) => {
    t.equal(queryProblem(query), undefined);
    t.match(queryDoubt(query), says);
    t.match(queryDoubt(query), 'is not what Prometheus takes');
  });
}

void t.test('a bracket in a string or a comment is none', async (t) => {
  for (const query of ['x{a=")"}', "x{a='\\'('}", 'x{a=`[`} # (', 'x # it is "so'])
    t.equal(queryProblem(query), undefined, query);
});

void t.test('a query too long to be one is not read', async (t) => {
  t.match(queryProblem('('.repeat(20_000)), 'at most 10000');
});

void t.test('no query throws, and the deepest ends soon', async (t) => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom(...'a x 1 ( { [ ] } ) " + by'.split(' '), ' ', '\n') }),
      (q) => queryProblem(q) !== '' && queryDoubt(q) !== '',
    ),
  );
  const started = performance.now();
  for (const part of ['(', 'a(', '{{ target }}', 'x[5m]+', '-']) {
    queryProblem(part.repeat(10_000 / part.length));
    queryDoubt(part.repeat(10_000 / part.length));
  }
  t.ok(performance.now() - started < 4_000);
});

void t.test('variables are replaced, spaces or not, and nothing else is', async (t) => {
  const values = { namespace: 'test', target: 'podinfo', service: 'svc', interval: '1m', canary: 'podinfo-canary' };
  t.equal(
    renderQuery('rate(x{a="{{ target }}",b="{{canary}}",c="{{ other }}"}[{{  interval  }}])', values),
    'rate(x{a="podinfo",b="podinfo-canary",c="{{ other }}"}[1m])',
  );
});
