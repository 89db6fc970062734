import { parser } from '@prometheus-io/lezer-promql';
import t from 'tap';
import { queryOf } from '../../src/analysis/queries.ts';
import type { Metric } from '../../src/rollout/spec/spec-types.ts';

const target = { namespace: 'prod', name: 'podinfo' };
const metric = (source: Metric['source']): Metric => ({ name: 'm', intervalMs: 60_000, bounds: {}, source });

function parses(query: string): boolean {
  let whole = true;
  parser.parse(query).iterate({ enter: ({ type }) => void (whole &&= !type.isError) });
  return whole;
}

for (const builtin of ['request-success-rate', 'request-duration'] as const) {
  const query = queryOf(metric({ builtin }), target, 10_000);
  t.ok(parses(query), `${builtin} is PromQL`);
  t.notMatch(query, /\{\{|\}\}/, `${builtin} leaves no placeholder`);
  const selectors = query.match(/istio_\w+\{[^}]*\}/g) ?? [];
  t.ok(
    selectors.length > 0 &&
      selectors.every((text) =>
        text.includes('destination_workload_namespace="prod",destination_workload="podinfo-canary"'),
      ),
    `${builtin} measures the canary of this Deployment only`,
  );
  t.ok(
    selectors.every((text) => text.includes('reporter="destination"')),
    `${builtin} counts every request once`,
  );
  t.match(query, /\[10000ms\]/, `${builtin} looks at the window that was asked for`);
}
t.match(
  queryOf(metric({ builtin: 'request-success-rate' }), target, 10_000),
  /or vector\(0\)/,
  'a canary that only fails has 0 percent and not "no data"',
);

const own: Record<string, [query: string, rendered: string]> = {
  'every variable': [
    'f{ns="{{ namespace }}",a="{{ target }}",b="{{ service }}",c="{{ canary }}"}[{{ interval }}]',
    'f{ns="prod",a="podinfo",b="podinfo",c="podinfo-canary"}[10000ms]',
  ],
  'without spaces too': ['f{c="{{canary}}"}', 'f{c="podinfo-canary"}'],
  'as often as it stands there': ['{{ target }} / {{ target }}', 'podinfo / podinfo'],
  'and nothing else': ['f{a="$target {{ other }}"}', 'f{a="$target {{ other }}"}'],
};
for (const [claim, [query, rendered]] of Object.entries(own)) {
  t.equal(queryOf(metric({ query }), target, 10_000), rendered, `a query of the user's is given ${claim}`);
}

const windows: Record<string, [ms: number, text: string]> = {
  'a part of a millisecond': [1_500.4, '1500ms'],
  'nothing at all': [0, '1ms'],
};
for (const [claim, [ms, text]] of Object.entries(windows)) {
  t.equal(queryOf(metric({ query: '{{ interval }}' }), target, ms), text, `a window of ${claim} is still one`);
}
