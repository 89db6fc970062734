import t from 'tap';
import { MISROUTING_QUERIES } from '../../src/analysis/misrouting.ts';
import { isPromQL, matcherOf, selectorsOf } from './promql.ts';
import { target } from './target.ts';

const offsetsOf = (query: string): string[] =>
  [...new Set([...query.matchAll(/ offset (\w+)/g)].map(([, offset = '']) => offset))].toSorted();

const before = { windowMs: 10_000, agoMs: 10_000 };
const queries = {
  stable: MISROUTING_QUERIES.stable(target, before, 20),
  'stable at weight 100': MISROUTING_QUERIES.stable(target, before, 100),
  mesh: MISROUTING_QUERIES.mesh(target, before),
  gateway: MISROUTING_QUERIES.gateway(target, before),
};
for (const [name, query] of Object.entries(queries)) t.ok(isPromQL(query), `${name} is PromQL`);

t.ok(
  selectorsOf(queries.stable).every((text) => text.includes('destination_service_name="web"')),
  'what should come to the canary follows from what came to the stable Service',
);
t.same(offsetsOf(queries.stable), ['10000ms']);
t.same(offsetsOf(queries['stable at weight 100']), ['10000ms', '20000ms'], 'at weight 100 from what came there before');

t.same(
  offsetsOf(MISROUTING_QUERIES.gateway(target, { windowMs: 10_000, agoMs: 45_000 })),
  ['10000ms', '45000ms', '55000ms'],
  'what is lost at the weight all the time is no less lost for that: it is compared with the time before the weight',
);

const matches = (regex: string, value: string): boolean => new RegExp(`^(?:${regex})$`).test(value);

for (const query of [queries.mesh, queries.gateway]) {
  const flags = matcherOf(query, 'response_flags=~');
  for (const some of ['NC', 'NC,URX', 'UF,NC']) t.ok(matches(flags, some), `${some} is misrouted`);
  for (const other of ['-', 'UH', 'NCX']) t.notOk(matches(flags, other), `${other} is not`);
  t.match(query, '- 2 * ', 'what was lost before the weight already does not count');
}

const selectors = selectorsOf(queries.mesh).filter((text) => text.includes('response_flags'));
const named = selectors.find((text) => !text.includes('source_workload_namespace')) ?? '';
const bare = selectors.find((text) => text.includes('source_workload_namespace')) ?? '';
const byName = matcherOf(named, 'destination_service=~');
const names: Record<string, boolean> = {
  'web.prod': true,
  'web.prod:8080': true,
  'web.prod.svc': true,
  'web.prod.svc.cluster.local': true,
  'web.prod.svc.corp.example:80': true,
  'shop.example.com': true,
  'de.shop.example.com:443': true,
  // In another namespace somebody else may have this name.
  web: false,
  'web.test': false,
  'webXprod.svc': false,
  'web-canary.prod': false,
  'shop.example.com.evil.test': false,
};
for (const [name, wanted] of Object.entries(names))
  t.equal(matches(byName, name), wanted, `${name} is ${wanted ? '' : 'not '}a name of the app`);
const bareName = matcherOf(bare, 'destination_service=~');
t.ok(matches(bareName, 'web') && matches(bareName, 'web:80') && !matches(bareName, 'web.prod'), 'nor is web');
t.match(bare, 'source_workload_namespace="prod"', 'but for clients in the namespace');

t.match(
  queries.gateway,
  /and on \(source_workload, source_workload_namespace\) .*destination_service_name="web"/,
  'what has no name counts for gateways that send to the stable Service',
);
