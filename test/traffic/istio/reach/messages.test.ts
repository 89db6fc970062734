import t from 'tap';
import { TRAFFIC_REASONS, type TrafficReason } from '../../../../src/rollout/workload/traffic-obstacle.ts';
import { reachOf } from '../../../../src/traffic/istio/reach/reach.ts';
import type { RouteRefusal } from '../../../../src/traffic/istio/reach/refusal.ts';
import { meshPorts } from '../../../../src/traffic/istio/reach/route-ports.ts';
import { APP, atGateway, destinationRule, type Given, gateway, given, service, to, virtualService } from './build.ts';

/** Every reason says what is wrong, where, and what to do. */
const first = (question: Given): RouteRefusal | undefined =>
  reachOf(given(question)).find(({ refusal }) => refusal !== undefined)?.refusal;
const one = (host: string) => virtualService({ http: [to(host)] });
const PLACE = 'http[0].route[0] of VirtualService prod/app, for sidecars in prod on port 80: ';
const RULE = 'http[0] of VirtualService prod/app, for sidecars in prod on port 80: ';

const messages: Partial<Record<TrafficReason, [found: RouteRefusal | undefined, message: string]>> = {
  ServiceNotFound: [
    first({ route: one('ghost') }),
    `${PLACE}there is no Service ghost.prod.svc.cluster.local; create it, or name one that exists`,
  ],
  ServiceHeadless: [
    first({ services: [service('app', ['80 http'], { clusterIP: 'None' })], route: one('app') }),
    `${PLACE}Service app.prod.svc.cluster.local is headless, so clients in the mesh pick a pod themselves and weights change nothing; use a Service with a cluster IP, or route it at a gateway only`,
  ],
  ServiceExternalName: [
    first({
      services: [service('app', ['80 http'], { type: 'ExternalName', externalName: 'api.example.com' })],
      route: one('app'),
    }),
    `${PLACE}app.prod.svc.cluster.local is a name for api.example.com, outside the cluster, and pods cannot share its traffic; give it a Service with a selector`,
  ],
  ServiceNoSelector: [
    first({ services: [service('app', ['80 http'], { selector: {} })], route: one('app') }),
    `${PLACE}Service app.prod.svc.cluster.local has no selector, so its endpoints are made by hand and cannot be divided; give it a selector`,
  ],
  NoHTTPPort: [
    first({ services: [service('app', ['80 tcp-web', '53/UDP'])], route: one('app') }),
    `${RULE}HTTP rules hold only on ports of HTTP, and app.prod.svc.cluster.local has ports 80 (tcp-web) and 53 (UDP); name such a port http-…, or give it an appProtocol of HTTP`,
  ],
  ProtocolMismatch: [
    first({ services: [APP, service('db', ['5432 tcp-db'])], route: one('db:5432') }),
    `${PLACE}port 5432 of db.prod.svc.cluster.local is tcp to Istio, and the rule is of http; name a port of HTTP, or say so by its name (http-…) or its appProtocol`,
  ],
  PortAmbiguous: [
    first({
      ...{ proxies: [atGateway()], gateways: [gateway('web', '8443 HTTP *')] },
      services: [service('app', ['80 http', '9090'])],
      route: virtualService({ http: [to('app')] }, { gateways: ['web'] }),
    }),
    "http[0].route[0] of VirtualService prod/app, for gateway prod/web on port 8443: no port is named, so it is that of the Gateway's server, 8443, and app.prod.svc.cluster.local has ports 80 (http) and 9090; name destination.port",
  ],
  PortNotExposed: [
    first({ services: [APP, service('app-canary', ['8080 http'])], route: one('app-canary:80') }),
    `${PLACE}port 80 is named, and app-canary.prod.svc.cluster.local has only port 8080 (http); name one of its ports, or add that one`,
  ],
  SubsetUndefined: [
    first({ destinationRules: [destinationRule('app', 'app', [])], route: one('app/v1') }),
    `${PLACE}DestinationRule prod/app defines no subset v1 of app.prod.svc.cluster.local; add it there, or name no subset`,
  ],
  TrafficPolicyMissing: [
    first({ route: one('app/v1') }),
    `${PLACE}no DestinationRule is for app.prod.svc.cluster.local, so it has no subset v1; write one, or name no subset`,
  ],
  HostConflict: [
    first({
      route: one('app'),
      virtualServices: [virtualService({ http: [to('app')] }, { name: 'old', born: '2030' })],
    }),
    `${RULE}VirtualService prod/old has the host app.prod.svc.cluster.local before prod/app; keep one of them for it`,
  ],
  HostNotQualified: [
    first({ route: one('app.prod') }),
    `${PLACE}the host app.prod has a dot, so Istio takes it as it is, and no Service has that name; write app.prod.svc.cluster.local`,
  ],
  DelegateRoot: [
    first({ route: virtualService({ http: [{ delegate: { name: 'inner' } }] }) }),
    `${RULE}the rule leaves its routes to VirtualService prod/inner, which does not exist without hosts, or is not exported to prod; create or export it`,
  ],
  NotVisible: [
    first({ services: [APP, service('app-canary', ['80 http'], {}, 'test,~')], route: one('app-canary') }),
    `${PLACE}Service app-canary of prod is exported only to test, ~, so there is no cluster for it in prod; add that to its annotation networking.istio.io/exportTo`,
  ],
  UnsupportedRule: [
    first({ route: virtualService({ http: [to('app@0', 'app-canary@0')] }) }),
    `${RULE}all weights of the rule are zero; give one of its destinations a weight`,
  ],
};

const ELSEWHERE = [
  'SelectorOverlap',
  'ServiceAmbiguous',
  'GatewayNotFound',
  'RouteNameTaken',
  'RouteNotFound',
  'RouteForbidden',
];
t.same([...Object.keys(messages), ...ELSEWHERE].toSorted(), TRAFFIC_REASONS.toSorted(), 'no reason is left out');
for (const [reason, [found, message]] of Object.entries(messages)) t.same(found, { reason, message }, reason);

const more: Record<string, [found: RouteRefusal | undefined, message: string]> = {
  'a short host of another namespace': [
    first({
      route: virtualService({ http: [to('app')] }, { name: 'app.team', hosts: ['app.prod.svc.cluster.local'] }),
    }),
    'http[0].route[0] of VirtualService team/app, for sidecars in prod on port 80: the host app means app.team.svc.cluster.local to Istio, and no Service has that name; write app.prod.svc.cluster.local',
  ],
  'a port that nobody named': [
    first({ services: [APP, service('app-canary', [])], route: one('app-canary') }),
    `${PLACE}no port is named, so it is the one that the client called, 80, and app-canary.prod.svc.cluster.local has no port; add port 80 to the Service, or name destination.port`,
  ],
  'a subset that another rule defines': [
    first({
      route: one('app/v1'),
      destinationRules: [destinationRule('a', 'app', []), destinationRule('b', 'app', ['v1'], { exportTo: ['.'] })],
    }),
    `${PLACE}DestinationRule prod/b defines the subset v1 of app.prod.svc.cluster.local, but DestinationRule prod/a binds sidecars in prod; define it in prod, exported to prod`,
  ],
  'a delegate that is there': [
    first({
      route: virtualService({ http: [{ delegate: { name: 'inner' } }] }),
      virtualServices: [{ metadata: { name: 'inner', namespace: 'prod' }, spec: {} }],
    }),
    `${RULE}the rule leaves its routes to VirtualService prod/inner; name that one`,
  ],
};
for (const [claim, [found, message]] of Object.entries(more)) t.equal(found?.message, message, claim);

const ports = meshPorts(service('app', ['5432 tcp-db']));
t.equal(
  'refusal' in ports && ports.refusal.message,
  'Service prod/app has only port 5432 (tcp-db), and none is of HTTP to Istio; name one http-…, or give it an appProtocol of HTTP',
  'a Service of which no route can name a port',
);
