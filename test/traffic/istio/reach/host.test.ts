import t from 'tap';
import {
  matchesHost,
  meantService,
  resolveHost,
  serviceHost,
  specificity,
} from '../../../../src/traffic/istio/reach/host.ts';
import { APP, given, service, virtualService } from './build.ts';

const resolved: Record<string, [written: string, read: string]> = {
  'a short host is a Service beside the object': ['app', 'app.test.svc.corp.example'],
  'one with a namespace is taken as it is': ['app.prod', 'app.prod'],
  'so is one with svc': ['app.prod.svc', 'app.prod.svc'],
  'a full one stays': ['app.prod.svc.corp.example', 'app.prod.svc.corp.example'],
  'a trailing dot stays': ['app.prod.svc.corp.example.', 'app.prod.svc.corp.example.'],
  'a public one stays': ['shop.example.com', 'shop.example.com'],
  'a wildcard stays': ['*.example.com', '*.example.com'],
  'a star alone stays': ['*', '*'],
};
for (const [claim, [written, read]] of Object.entries(resolved)) {
  t.equal(resolveHost(written, 'test', { clusterDomain: 'corp.example' }), read, claim);
}

t.equal(serviceHost(APP, { clusterDomain: 'corp.example' }), 'app.prod.svc.corp.example', 'the full name of a Service');
t.equal(
  serviceHost({ metadata: { name: 'app' }, spec: {} }, { clusterDomain: 'cluster.local' }),
  'app.default.svc.cluster.local',
  'a Service without a namespace is of default',
);

const matching: Record<string, [pattern: string, host: string, fits: boolean]> = {
  'a name is itself': ['a.example.com', 'a.example.com', true],
  'and no other': ['a.example.com', 'b.example.com', false],
  'a wildcard is any name below': ['*.example.com', 'a.b.example.com', true],
  'but not the domain itself': ['*.example.com', 'example.com', false],
  'a star is everything': ['*', 'example.com', true],
};
for (const [claim, [pattern, host, fits]] of Object.entries(matching)) t.equal(matchesHost(pattern, host), fits, claim);
t.same(
  ['*', 'a.b.c', '*.b.c', '*.c'].toSorted((a, b) => specificity(b) - specificity(a)),
  ['a.b.c', '*.b.c', '*.c', '*'],
  'a name is more specific than a wildcard, and a long one than a short one',
);

const meant: Record<string, [written: string, name: string | undefined]> = {
  'a name with its namespace': ['app.prod', 'prod/app'],
  'with svc': ['app.prod.svc', 'prod/app'],
  'with another cluster domain': ['app.prod.svc.corp.example', 'prod/app'],
  'with a trailing dot': ['app.prod.svc.cluster.local.', 'prod/app'],
  'a short name of another namespace': ['db', 'data/db'],
  'with a trailing dot after the namespace': ['app.prod.', 'prod/app'],
  'not a longer host that begins like it': ['app.prod.example.com', undefined],
  'not a name of another namespace': ['app.data', undefined],
  'not a public host': ['app.example.com', undefined],
  'not a name that nobody has': ['ghost', undefined],
};
const { objects } = given({ route: virtualService({}), services: [APP, service('db.data', ['5432 tcp'])] });
for (const [claim, [written, name]] of Object.entries(meant)) {
  const found = meantService(written, objects)?.metadata;
  t.equal(found && `${found.namespace}/${found.name}`, name, `meant: ${claim}`);
}
