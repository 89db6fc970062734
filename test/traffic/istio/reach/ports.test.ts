import { APP, atGateway, CANARY, gateway, service, sidecar, to, virtualService, waypoint } from './build.ts';
import { check } from './rows.ts';

/** Which port a cluster is named by: sections 0, A1, A2, A4 and A5 of what Istio does. */
const split = virtualService({ http: [to('app@90', 'app-canary@10')] });
const splitOn80 = virtualService({ http: [to('app:80@90', 'app-canary:80@10')] });
const web = { gateways: ['web'] };
const atWeb = { proxies: [atGateway()] };
const twoPorts = ['80 http', '9090 http-metrics'];
const two = [service('app', twoPorts), service('app-canary', twoPorts)];

check({
  // Finding 1: the port of the pod in the place of the Service's.
  'a canary with the port of its pod does not have the one that is named': [
    { services: [APP, service('app-canary', ['8080 http'])], route: splitOn80 },
    'sidecar 80 http[0].route[0]: outbound|80||{app}',
    'sidecar 80 http[0].route[1]: PortNotExposed outbound|80||{app-canary}',
  ],
  'naming no port does not save it at a sidecar, which takes the one that was called': [
    { services: [APP, service('app-canary', ['8080 http'])], route: split },
    'sidecar 80 http[0].route[0]: outbound|80||{app}',
    'sidecar 80 http[0].route[1]: PortNotExposed outbound|80||{app-canary}',
  ],
  'a gateway takes the only port of each Service': [
    {
      ...atWeb,
      services: [APP, service('app-canary', ['8080 http'])],
      route: virtualService({ http: [to('app@90', 'app-canary@10')] }, web),
    },
    'gateway 80 http[0].route[0]: outbound|80||{app}',
    'gateway 80 http[0].route[1]: outbound|8080||{app-canary}',
  ],
  'targetPort is in no cluster': [
    {
      services: [
        service('app', [], { ports: [{ port: 80, name: 'http', targetPort: 9898 }] }),
        service('app-canary', [], { ports: [{ port: 80, name: 'http', targetPort: 'web' }] }),
      ],
      route: virtualService({ http: [to('app:9898@90', 'app-canary:80@10')] }),
    },
    'sidecar 80 http[0].route[0]: PortNotExposed outbound|9898||{app}',
    'sidecar 80 http[0].route[1]: outbound|80||{app-canary}',
  ],
  // Finding 2: a gateway and a Service with two ports.
  'without a port, a gateway takes the number of its own server, which neither Service has': [
    {
      proxies: [atGateway()],
      gateways: [gateway('web', '8443 HTTP *')],
      services: two,
      route: virtualService({ http: [to('app@90', 'app-canary@10')] }, web),
    },
    'gateway 8443 http[0].route[0]: PortAmbiguous outbound|8443||{app}',
    'gateway 8443 http[0].route[1]: PortAmbiguous outbound|8443||{app-canary}',
  ],
  'it works by luck where a port of the Service has that number': [
    { ...atWeb, services: two, route: virtualService({ http: [to('app')] }, web) },
    'gateway 80 http[0].route[0]: outbound|80||{app}',
  ],
  'a number that is named does not depend on the Gateway': [
    {
      proxies: [atGateway()],
      gateways: [gateway('web', '8443 HTTP *', '8080 HTTP *')],
      services: two,
      route: virtualService({ http: [to('app:80@90', 'app-canary:80@10')] }, web),
    },
    'gateway 8443 http[0].route[0]: outbound|80||{app}',
    'gateway 8443 http[0].route[1]: outbound|80||{app-canary}',
    'gateway 8080 http[0].route[0]: outbound|80||{app}',
    'gateway 8080 http[0].route[1]: outbound|80||{app-canary}',
  ],
  'of a VirtualService for both, the mesh may work where the gateway does not': [
    {
      proxies: [sidecar(), atGateway()],
      gateways: [gateway('web', '443 HTTPS *')],
      services: two,
      route: virtualService({ http: [to('app')] }, { gateways: ['mesh', 'web'] }),
    },
    'sidecar 80 http[0].route[0]: outbound|80||{app}',
    'sidecar 9090 http[0].route[0]: outbound|9090||{app}',
    'gateway 443 http[0].route[0]: PortAmbiguous outbound|443||{app}',
  ],
  'one Service with one port and one with two are not reached alike at a gateway': [
    {
      ...{ proxies: [atGateway()], gateways: [gateway('web', '8443 HTTP *')] },
      services: [APP, service('app-canary', twoPorts)],
      route: virtualService({ http: [to('app@90', 'app-canary@10')] }, web),
    },
    'gateway 8443 http[0].route[0]: outbound|80||{app}',
    'gateway 8443 http[0].route[1]: PortAmbiguous outbound|8443||{app-canary}',
  ],
  'a gateway that names a port which is not there': [
    { ...atWeb, services: two, route: virtualService({ http: [to('app:8080')] }, web) },
    'gateway 80 http[0].route[0]: PortNotExposed outbound|8080||{app}',
  ],
  'a Service without any port': [
    { ...atWeb, services: [service('app', [])], route: virtualService({ http: [to('app')] }, web) },
    'gateway 80 http[0].route[0]: PortNotExposed outbound|80||{app}',
  ],
  // Finding 3 is that only clients see a cluster that is missing: here it is seen before any of them.
  'a Service that is missing has a name of a cluster all the same': [
    { services: [APP], route: splitOn80 },
    'sidecar 80 http[0].route[0]: outbound|80||{app}',
    'sidecar 80 http[0].route[1]: ServiceNotFound outbound|80||{app-canary}',
  ],
  'at a gateway a Service that is missing is taken to have the server’s port': [
    { ...atWeb, services: [APP], route: virtualService({ http: [to('ghost')] }, web) },
    'gateway 80 http[0].route[0]: ServiceNotFound outbound|80||{ghost}',
  ],
  'without a port each listener of the mesh keeps its own': [
    { services: two, route: split },
    'sidecar 80 http[0].route[0]: outbound|80||{app}',
    'sidecar 80 http[0].route[1]: outbound|80||{app-canary}',
    'sidecar 9090 http[0].route[0]: outbound|9090||{app}',
    'sidecar 9090 http[0].route[1]: outbound|9090||{app-canary}',
  ],
  'a port that is named takes the traffic of all of them': [
    { services: two, route: splitOn80 },
    'sidecar 80 http[0].route[0]: outbound|80||{app}',
    'sidecar 80 http[0].route[1]: outbound|80||{app-canary}',
    'sidecar 9090 http[0].route[0]: outbound|80||{app}',
    'sidecar 9090 http[0].route[1]: outbound|80||{app-canary}',
  ],
  'a canary that lacks one of two ports is missed on that one': [
    { services: [service('app', twoPorts), CANARY], route: split },
    'sidecar 80 http[0].route[0]: outbound|80||{app}',
    'sidecar 80 http[0].route[1]: outbound|80||{app-canary}',
    'sidecar 9090 http[0].route[0]: outbound|9090||{app}',
    'sidecar 9090 http[0].route[1]: PortNotExposed outbound|9090||{app-canary}',
  ],
  'a canary with more ports than stable is no fault': [
    { services: [APP, service('app-canary', twoPorts)], route: split },
    'sidecar 80 http[0].route[0]: outbound|80||{app}',
    'sidecar 80 http[0].route[1]: outbound|80||{app-canary}',
  ],
  'a waypoint has clusters of its own for the Services that it stands before': [
    { proxies: [waypoint()], route: split },
    'waypoint 80 http[0].route[0]: inbound-vip|80|http|{app}',
    'waypoint 80 http[0].route[1]: inbound-vip|80|http|{app-canary}',
  ],
  'and plain ones for others': [
    { proxies: [waypoint(['app'])], route: split },
    'waypoint 80 http[0].route[0]: inbound-vip|80|http|{app}',
    'waypoint 80 http[0].route[1]: outbound|80||{app-canary}',
  ],
  'a waypoint takes the only port of a Service, as a gateway does': [
    { proxies: [waypoint()], services: [APP, service('app-canary', ['8080 http'])], route: split },
    'waypoint 80 http[0].route[0]: inbound-vip|80|http|{app}',
    'waypoint 80 http[0].route[1]: inbound-vip|8080|http|{app-canary}',
  ],
  'of several ports a waypoint takes the one that was called': [
    {
      proxies: [waypoint()],
      services: [APP, service('app-canary', ['8080 http', '9090 http-metrics'])],
      route: split,
    },
    'waypoint 80 http[0].route[0]: inbound-vip|80|http|{app}',
    'waypoint 80 http[0].route[1]: PortNotExposed inbound-vip|80|http|{app-canary}',
  ],
  'a waypoint knows nothing of hosts that others stand before': [{ proxies: [waypoint(['other'])], route: split }],
  'a waypoint takes rules of the Service’s namespace and of its own, and no others': [
    {
      proxies: [waypoint(['app'], 'infra')],
      route: virtualService({ http: [to('{app}')] }, { name: 'app.team', hosts: ['app.prod.svc.cluster.local'] }),
    },
  ],
  'a waypoint takes rules of its own namespace': [
    {
      proxies: [waypoint(['app'], 'infra')],
      route: virtualService({ http: [to('{app}')] }, { name: 'app.infra', hosts: ['app.prod.svc.cluster.local'] }),
    },
    'waypoint 80 http[0].route[0]: inbound-vip|80|http|{app}',
  ],
  'a number that is a TCP and a UDP port is the TCP one to a route': [
    { services: [service('app', ['53/UDP dns', '53 http-dns'])], route: virtualService({ http: [to('app')] }) },
    'sidecar 53 http[0].route[0]: outbound|53||{app}',
  ],
});
