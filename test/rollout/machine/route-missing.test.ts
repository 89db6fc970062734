import t from 'tap';
import { needsFreshRead } from '../../../src/rollout/machine/observation-needs.ts';
import { routeMissing } from '../../../src/rollout/machine/troubles/route-missing.ts';
import { observation, spec } from '../../build.ts';

const obstacle = { reason: 'NoHTTPPort', message: 'name one http' } as const;
const exposed = { ...spec(), service: { ...spec().service, hosts: ['app.example.com'] } };
const route = { weight: 0, version: '1', stale: false };
const { route: _route, ...bare } = observation();
const unrouted = { ...bare, obstacle };

t.same(routeMissing({ seen: unrouted, spec: exposed }), obstacle, 'a route that is wanted and cannot be made');
t.same(routeMissing({ seen: observation({ obstacle, route }), spec: exposed }), undefined, 'one that is there');
t.same(routeMissing({ seen: unrouted, spec: spec() }), undefined, 'one that nobody wants yet');
t.same(routeMissing({ seen: bare, spec: exposed }), undefined, 'one that is about to be made');

t.ok(needsFreshRead(exposed, unrouted), 'what is mended is to be seen');
t.ok(needsFreshRead(exposed, { service: { is: 'absent' } }), 'also a Service that comes');
t.notOk(needsFreshRead(exposed, observation()), 'nothing is read again where all is well');
t.notOk(needsFreshRead(spec(), unrouted), 'nor where nobody wants a route yet');
