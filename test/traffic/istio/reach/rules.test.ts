import type { MatchEntry } from '../../../../src/traffic/istio/reach/objects.ts';
import { APP, atGateway, gateway, service, sidecar, to, virtualService, waypoint } from './build.ts';
import { check } from './rows.ts';

/** Which rules are in force on which listener: A5 to A10, B3, B7. */
const twoPorts = ['80 http', '9090 http-metrics'];
const services = [service('app', twoPorts), service('app-canary', twoPorts)];
const onBoth = { proxies: [sidecar(), atGateway()], gateways: [gateway('web', '443 HTTPS *')] };
const when = (match: MatchEntry) => ({ match: [match] });
const header = { headers: { 'x-canary': { exact: 'yes' } } };

check({
  'match.port is the port of the Service in the mesh, and leaves the others to the Service itself': [
    { services, route: virtualService({ http: [{ ...when({ port: 80 }), ...to('app:80', 'app-canary:80@10') }] }) },
    'sidecar 80 http[0].route[0]: outbound|80||{app}',
    'sidecar 80 http[0].route[1]: outbound|80||{app-canary}',
  ],
  'one rule for each port, as Headgate writes them': [
    {
      services,
      route: virtualService({
        http: [
          { ...when({ port: 80 }), ...to('app:80') },
          { ...when({ port: 9090 }), ...to('app:9090') },
        ],
      }),
    },
    'sidecar 80 http[0].route[0]: outbound|80||{app}',
    'sidecar 9090 http[1].route[0]: outbound|9090||{app}',
  ],
  'match.port is the port of the server at a gateway': [
    {
      ...onBoth,
      route: virtualService({ http: [{ ...when({ port: 443 }), ...to('app') }] }, { gateways: ['mesh', 'web'] }),
    },
    'gateway 443 http[0].route[0]: outbound|80||{app}',
  ],
  'a port that nobody listens on puts the rule nowhere': [
    { route: virtualService({ http: [{ ...when({ port: 8080 }), ...to('app') }] }) },
  ],
  'match.gateways keeps a rule to the mesh': [
    {
      ...onBoth,
      route: virtualService(
        { http: [{ ...when({ gateways: ['mesh'] }), ...to('app') }, to('app-canary')] },
        { gateways: ['mesh', 'web'] },
      ),
    },
    'sidecar 80 http[0].route[0]: outbound|80||{app}',
    'gateway 443 http[1].route[0]: outbound|80||{app-canary}',
  ],
  'or to a gateway, by its name with or without a namespace': [
    {
      ...onBoth,
      route: virtualService(
        { http: [{ match: [{ gateways: ['prod/web'] }, { gateways: ['web'], ...header }], ...to('app') }] },
        { gateways: ['mesh', 'web'] },
      ),
    },
    'gateway 443 http[0].route[0]: outbound|80||{app}',
  ],
  'a VirtualService that names no gateway is for the mesh': [
    { ...onBoth, route: virtualService({ http: [to('app')] }) },
    'sidecar 80 http[0].route[0]: outbound|80||{app}',
  ],
  'one that names only a gateway is not': [
    { ...onBoth, route: virtualService({ http: [to('app')] }, { gateways: ['web'] }) },
    'gateway 443 http[0].route[0]: outbound|80||{app}',
  ],
  'a Gateway of another namespace is named with it': [
    {
      proxies: [atGateway('infra/web', 'infra')],
      gateways: [gateway('web.infra', '80 HTTP *')],
      route: virtualService({ http: [to('app')] }, { gateways: ['infra/web'] }),
    },
    'gateway 80 http[0].route[0]: outbound|80||{app}',
  ],
  'a Gateway that does not exist listens nowhere': [
    { proxies: [atGateway()], gateways: [], route: virtualService({ http: [to('app')] }, { gateways: ['web'] }) },
  ],
  'a Gateway whose hosts are others has no listener for it': [
    {
      proxies: [atGateway()],
      gateways: [gateway('web', '80 HTTP *.example.org', '81 HTTP shop.example.com', '82 HTTP test/*')],
      route: virtualService({ http: [to('app')] }, { hosts: ['shop.example.com'], gateways: ['web'] }),
    },
    'gateway 81 http[0].route[0]: outbound|80||{app}',
  ],
  'of a wildcard the Gateway has its own part': [
    {
      proxies: [atGateway()],
      gateways: [gateway('web', '80 HTTP ./shop.example.com')],
      route: virtualService({ http: [to('app')] }, { hosts: ['*.example.com'], gateways: ['web'] }),
    },
    'gateway 80 http[0].route[0]: outbound|80||{app}',
  ],
  'nothing comes after a rule without a match': [
    { route: virtualService({ http: [to('app'), to('app-canary:9999')] }) },
    'sidecar 80 http[0].route[0]: outbound|80||{app}',
  ],
  'nor after one for every path': [
    { route: virtualService({ http: [{ ...when({ uri: { prefix: '/' } }), ...to('app') }, to('app-canary')] }) },
    'sidecar 80 http[0].route[0]: outbound|80||{app}',
  ],
  'nor after one for every path as a regular expression': [
    { route: virtualService({ http: [{ ...when({ uri: { regex: '.*' } }), ...to('app') }, to('app-canary')] }) },
    'sidecar 80 http[0].route[0]: outbound|80||{app}',
  ],
  'but after one for some paths, headers or queries': [
    {
      route: virtualService({
        http: [
          { ...when({ uri: { prefix: '/v1' } }), ...to('app') },
          { ...when(header), ...to('app-canary') },
          { ...when({ queryParams: { a: { exact: 'b' } } }), ...to('app') },
          { ...when({ method: { exact: 'GET' } }), ...to('app-canary') },
          to('app'),
        ],
      }),
    },
    'sidecar 80 http[0].route[0]: outbound|80||{app}',
    'sidecar 80 http[1].route[0]: outbound|80||{app-canary}',
    'sidecar 80 http[2].route[0]: outbound|80||{app}',
    'sidecar 80 http[3].route[0]: outbound|80||{app-canary}',
    'sidecar 80 http[4].route[0]: outbound|80||{app}',
  ],
  'a rule for another port does not end the list here': [
    { services, route: virtualService({ http: [{ ...when({ port: 80 }), ...to('app') }, to('app-canary')] }) },
    'sidecar 80 http[0].route[0]: outbound|80||{app}',
    'sidecar 9090 http[1].route[0]: outbound|9090||{app-canary}',
  ],
  'a rule for some clients of a namespace leaves the next to the others': [
    {
      route: virtualService({ http: [{ ...when({ sourceLabels: { app: 'x' } }), ...to('app') }, to('app-canary')] }),
    },
    'sidecar 80 http[0].route[0]: outbound|80||{app}',
    'sidecar 80 http[1].route[0]: outbound|80||{app-canary}',
  ],
  'a waypoint drops it': [
    {
      proxies: [waypoint(['app'])],
      route: virtualService({ http: [{ ...when({ sourceLabels: { app: 'x' } }), ...to('app') }, to('app-canary')] }),
    },
    'waypoint 80 http[1].route[0]: outbound|80||{app-canary}',
  ],
  'a rule for another namespace is not in force for clients of this one': [
    { route: virtualService({ http: [{ ...when({ sourceNamespace: 'test' }), ...to('app') }, to('app-canary')] }) },
    'sidecar 80 http[1].route[0]: outbound|80||{app-canary}',
  ],
  'labels and namespace of clients do not count where the match names gateways': [
    {
      route: virtualService({
        http: [
          { ...when({ gateways: ['mesh'], sourceNamespace: 'test', sourceLabels: { app: 'x' } }), ...to('app') },
          to('app-canary'),
        ],
      }),
    },
    'sidecar 80 http[0].route[0]: outbound|80||{app}',
  ],
  'a destination of weight zero is judged like the others': [
    { services: [APP], route: virtualService({ http: [to('app@100', 'app-canary@0')] }) },
    'sidecar 80 http[0].route[0]: outbound|80||{app}',
    'sidecar 80 http[0].route[1]: ServiceNotFound outbound|80||{app-canary}',
  ],
  'several that all have weight zero': [
    { route: virtualService({ http: [to('app@0', 'app-canary@0')] }) },
    'sidecar 80 http[0].route[0]: UnsupportedRule outbound|80||{app}',
    'sidecar 80 http[0].route[1]: UnsupportedRule outbound|80||{app-canary}',
  ],
  'a sole destination of weight zero has everything': [
    { route: virtualService({ http: [to('app@0')] }) },
    'sidecar 80 http[0].route[0]: outbound|80||{app}',
  ],
  'mirrors follow the rules of ports too': [
    {
      services: [APP, service('app-canary', ['8080 http'])],
      route: virtualService({
        http: [{ ...to('app'), mirror: { host: 'app-canary' }, mirrors: [{ destination: { host: 'app' } }] }],
      }),
    },
    'sidecar 80 http[0].route[0]: outbound|80||{app}',
    'sidecar 80 http[0].mirror: PortNotExposed outbound|80||{app-canary}',
    'sidecar 80 http[0].mirrors[0]: outbound|80||{app}',
  ],
  'a redirect leads nowhere': [{ route: virtualService({ http: [{ redirect: { uri: '/new' } }] }) }],
});
