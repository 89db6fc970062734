import t from 'tap';
import { needsFreshRead } from '../../../src/rollout/machine/observation-needs.ts';
import { expectsRouteFrom, makesRoute, routeMissing } from '../../../src/rollout/machine/troubles/route-missing.ts';
import { at, deployment, observation, START, spec, state } from '../../build.ts';
import { after } from './decided.ts';

const now = Date.parse(at(90));
const obstacle = { reason: 'NoHTTPPort', message: 'name one http' } as const;
const exposed = { ...spec(), service: { ...spec().service, hosts: ['app.example.com'] } };
const route = { weight: 0, version: '1', stale: false };
const { route: _route, ...bare } = observation();
const unrouted = { ...bare, obstacle };
const madeAt = (seconds: number) => ({
  ...unrouted,
  deployment: deployment('1.0', ({ metadata }) => (metadata.creationTimestamp = at(seconds))),
});

t.same(routeMissing({ seen: unrouted, spec: exposed, now }), obstacle, 'a route that is wanted and cannot be made');
t.same(routeMissing({ seen: { ...unrouted, route }, spec: exposed, now }), undefined, 'one that is there');
t.same(routeMissing({ seen: unrouted, spec: spec(), now }), undefined, 'one that nobody wants yet');
t.same(routeMissing({ seen: bare, spec: exposed, now }), undefined, 'one that is about to be made');

t.ok(makesRoute({ seen: madeAt(80), spec: exposed, now }));
t.notOk(makesRoute({ seen: madeAt(89), spec: exposed, now }), 'what is applied with the Deployment is still to come');
t.equal(expectsRouteFrom({ seen: madeAt(89), spec: exposed }), Date.parse(at(92)), 'and then it is looked again');
t.equal(expectsRouteFrom({ seen: madeAt(89), spec: spec() }), undefined);
t.same(routeMissing({ seen: madeAt(89), spec: exposed, now }), undefined, 'nothing is said of it before');

const naming = { ...spec(), service: { ...spec().service, routes: [{ name: 'web' }] } };
const notFound = { reason: 'RouteNotFound', message: 'create it' } as const;
const forbidden = { reason: 'RouteForbidden', message: 'give it the right' } as const;
const namedOf = (found: typeof notFound | typeof forbidden, more: object = {}) =>
  routeMissing({ seen: { ...unrouted, obstacle: found, ...more }, spec: naming, now });
t.same(namedOf(notFound), notFound, 'one that is named is missed without a release');
t.same(namedOf(forbidden, { route }), forbidden, 'also where there is another');
t.same(
  routeMissing({ seen: { ...madeAt(89), obstacle: notFound }, spec: naming, now }),
  undefined,
  'it may be on its way',
);
t.same(routeMissing({ seen: unrouted, spec: naming, now }), undefined, 'what else is in its way waits for a release');
t.notOk(makesRoute({ seen: unrouted, spec: naming, now }), 'nor is one made in its place');
t.ok(needsFreshRead(naming, { ...unrouted, route }), 'it is looked for again');

t.ok(needsFreshRead(exposed, { ...unrouted, route }), 'what is mended is to be seen');
t.ok(needsFreshRead(exposed, { service: { is: 'absent' }, route }), 'also a Service that comes');
t.ok(needsFreshRead(exposed, bare), 'and a route of its user’s');
t.notOk(needsFreshRead(exposed, { ...bare, route }), 'nothing is read again where all is well');
t.notOk(needsFreshRead(spec(), unrouted), 'nor where nobody wants a route yet');

const idle = { ...state('Initialized'), since: at(2) };
const without = { obstacle, route: undefined as never };
const wakeOf = (seen: Parameters<typeof after>[1]) => (after(idle, seen, exposed).wakeAt ?? Number.NaN) - START;
t.equal(wakeOf({ ...without, deployment: madeAt(9).deployment }), 12_000, 'it is looked again when it may be made');
t.equal(wakeOf(without), 18_000, 'and what is in the way, after as long as it has been');
t.same(wakeOf({}), Number.NaN, 'not where there is a route');
