import t from 'tap';
import { queryOf } from '../../src/analysis/queries.ts';
import { isPromQL, matcherOf, selectorsOf } from './promql.ts';
import { target } from './target.ts';

for (const builtin of ['request-success-rate', 'request-duration'] as const) {
  const query = queryOf({ builtin }, target, 10_000);
  t.ok(isPromQL(query), `${builtin} is PromQL`);
  const services = selectorsOf(query).map((text) => matcherOf(text, 'destination_service_name='));
  t.same([...new Set(services)].toSorted(), ['web', 'web-canary'], `${builtin} knows no other Service`);
  t.ok(
    selectorsOf(query).every((text) => text.includes('destination_service_namespace="prod"')),
    'nor that of another namespace',
  );
  t.ok(
    selectorsOf(query).every((text) => /reporter=(~"source\|waypoint"|"source")/.test(text)),
    `${builtin} asks those who see what clients got`,
  );
  t.match(query, / offset 10000ms/, `${builtin} looks at the window that was asked for`);
}

const success = queryOf({ builtin: 'request-success-rate' }, target, 10_000);
t.match(success, /or vector\(0\)/, 'a canary that only fails has 0 percent and not "no data"');
t.ok(
  selectorsOf(queryOf({ builtin: 'request-duration' }, target, 10_000)).every(
    (text) => !text.includes('response_code'),
  ),
  'a client that left counts with the time that it waited',
);

/** As Prometheus matches: the whole value. */
const matches = (regex: string, value: string): boolean => new RegExp(`^(?:${regex})$`).test(value);

const answers: Record<string, [code: string, grpc: string, flags: string, counts: 'good' | 'bad' | 'not at all']> = {
  'a good answer': ['200', '', '-', 'good'],
  "a client's own fault": ['404', '', '-', 'good'],
  'a 5xx of the pod': ['500', '', '-', 'bad'],
  'no cluster': ['503', '', 'NC', 'bad'],
  'no route': ['404', '', 'NR', 'bad'],
  'no healthy pod': ['503', '', 'UH', 'bad'],
  'no connection, tried again in vain': ['503', '', 'UF,URX', 'bad'],
  'an answer that broke off': ['200', '', 'UC', 'bad'],
  'a client that left in the middle of an answer': ['200', '', 'DC', 'good'],
  'a client that left before': ['0', '', 'DC', 'not at all'],
  'too many requests, by a limit of the user': ['429', '', 'RL', 'good'],
  'good gRPC': ['200', '0', '-', 'good'],
  'NOT_FOUND by gRPC': ['200', '5', '-', 'good'],
  'PERMISSION_DENIED by gRPC': ['200', '7', '-', 'good'],
  'RESOURCE_EXHAUSTED by gRPC': ['200', '8', '-', 'good'],
  'UNKNOWN by gRPC': ['200', '2', '-', 'bad'],
  'DEADLINE_EXCEEDED by gRPC': ['200', '4', '-', 'bad'],
  'UNIMPLEMENTED by gRPC': ['200', '12', '-', 'bad'],
  'INTERNAL by gRPC': ['200', '13', '-', 'bad'],
  'UNAVAILABLE by gRPC, by a proxy': ['200', '14', 'UH', 'bad'],
  'DATA_LOSS by gRPC': ['200', '15', '-', 'bad'],
  'a gRPC client that left': ['0', '', 'DC', 'not at all'],
};
for (const [what, [code, grpc, flags, counts]] of Object.entries(answers)) {
  const all = code !== matcherOf(success, 'response_code!=');
  const good =
    !matches(matcherOf(success, 'response_code!~'), code) &&
    !matches(matcherOf(success, 'grpc_response_status!~'), grpc) &&
    !matches(matcherOf(success, 'response_flags!~'), flags);
  const counted = all ? (good ? 'good' : 'bad') : 'not at all';
  t.equal(counted, counts, `${what} counts: ${counts}`);
  t.ok(all || !good, `${what}: what is good is counted`);
}

const own: Record<string, [query: string, rendered: string]> = {
  'every variable': [
    'f{ns="{{ namespace }}",a="{{ target }}",b="{{ service }}",c="{{ canary }}"}[{{ interval }}]',
    'f{ns="prod",a="podinfo",b="web",c="podinfo-canary"}[10000ms]',
  ],
  'without spaces too': ['f{c="{{canary}}"}', 'f{c="podinfo-canary"}'],
  'as often as it stands there': ['{{ target }} / {{ target }}', 'podinfo / podinfo'],
  'and nothing else': ['f{a="$target {{ other }}"}', 'f{a="$target {{ other }}"}'],
};
for (const [claim, [query, rendered]] of Object.entries(own)) {
  t.equal(queryOf({ query }, target, 10_000), rendered, `a query of the user's is given ${claim}`);
}

const windows: Record<string, [ms: number, text: string]> = {
  'a part of a millisecond': [1_500.4, '1500ms'],
  'nothing at all': [0, '1ms'],
};
for (const [claim, [ms, text]] of Object.entries(windows)) {
  t.equal(queryOf({ query: '{{ interval }}' }, target, ms), text, `a window of ${claim} is still one`);
}
