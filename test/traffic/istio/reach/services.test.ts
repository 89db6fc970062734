import { APP, atGateway, CANARY, gateway, service, sidecar, to, virtualService, waypoint } from './build.ts';
import { check } from './rows.ts';

/** Names of hosts, what kind of Service they are, and who sees them: A18, A19, B5, B6, B8. */
const one = (host: string) => virtualService({ http: [to(host)] });
const web = { gateways: ['web'] };
const headless = [APP, service('app-canary', ['80 http'], { clusterIP: 'None' })];
const shop = { hosts: ['shop.example.com'] };

check({
  'a full host': [{ route: one('{app}') }, 'sidecar 80 http[0].route[0]: outbound|80||{app}'],
  'name and namespace are no Service': [
    { route: one('app.prod') },
    'sidecar 80 http[0].route[0]: HostNotQualified outbound|80||app.prod',
  ],
  'nor are they with svc': [
    { route: one('app.prod.svc') },
    'sidecar 80 http[0].route[0]: HostNotQualified outbound|80||app.prod.svc',
  ],
  'nor is a full host with a trailing dot': [
    { route: one('app.prod.svc.cluster.local.') },
    'sidecar 80 http[0].route[0]: HostNotQualified outbound|80||{app}.',
  ],
  'another cluster domain': [
    { clusterDomain: 'corp.example', route: one('app') },
    'sidecar 80 http[0].route[0]: outbound|80||{app}',
  ],
  'a full host of another cluster domain': [
    { clusterDomain: 'corp.example', route: one('app.prod.svc.cluster.local') },
    'sidecar 80 http[0].route[0]: HostNotQualified outbound|80||app.prod.svc.cluster.local',
  ],
  'a host that is nobody’s': [
    { route: one('api.example.com') },
    'sidecar 80 http[0].route[0]: ServiceNotFound outbound|80||api.example.com',
  ],
  'a short host means the namespace of the VirtualService': [
    {
      services: [APP, service('app.team', ['80 http'])],
      route: virtualService({ http: [to('app')] }, { name: 'app.team', hosts: ['app.prod.svc.cluster.local'] }),
    },
    'sidecar 80 http[0].route[0]: outbound|80||{app.team}',
  ],
  'which may have no such Service': [
    { route: virtualService({ http: [to('app')] }, { name: 'app.team', hosts: ['app.prod.svc.cluster.local'] }) },
    'sidecar 80 http[0].route[0]: HostNotQualified outbound|80||{app.team}',
  ],
  'so may the host of the VirtualService itself': [
    { route: virtualService({ http: [to('{app}')] }, { name: 'app.team' }) },
    'sidecar 80 http[0].route[0]: HostNotQualified outbound|80||{app}',
  ],
  'a VirtualService for name and namespace is for a host that nobody calls': [
    { route: virtualService({ http: [to('app')] }, { hosts: ['app.prod'] }) },
    'sidecar 80 http[0].route[0]: HostNotQualified outbound|80||{app}',
  ],
  'a public host is known to sidecars on port 80 alone': [
    { services: [service('app', ['8080 http'])], route: virtualService({ http: [to('app:8080')] }, shop) },
    'sidecar 80 http[0].route[0]: outbound|8080||{app}',
  ],
  'where a destination without a port is missed': [
    { services: [service('app', ['8080 http'])], route: virtualService({ http: [to('app')] }, shop) },
    'sidecar 80 http[0].route[0]: PortNotExposed outbound|80||{app}',
  ],
  'a waypoint does not know a public host': [
    { proxies: [waypoint()], route: virtualService({ http: [to('app')] }, shop) },
  ],
  'a wildcard is every Service that it fits': [
    {
      services: [APP, CANARY, service('other.test', ['81 http'])],
      route: virtualService({ http: [to('app:80')] }, { hosts: ['*.prod.svc.cluster.local'] }),
    },
    'sidecar 80 http[0].route[0]: outbound|80||{app}',
    'sidecar 80 http[0].route[0]: outbound|80||{app}',
  ],
  'but not one for which another VirtualService is more specific': [
    {
      virtualServices: [virtualService({ http: [to('app')] }, { name: 'exact' })],
      route: virtualService({ http: [to('app-canary')] }, { name: 'wild', hosts: ['*.prod.svc.cluster.local'] }),
    },
    'sidecar 80 http[0].route[0]: outbound|80||{app-canary}',
  ],
  'a headless Service keeps its clients to the pods that they picked': [
    { services: headless, route: virtualService({ http: [to('app@90', 'app-canary@10')] }) },
    'sidecar 80 http[0].route[0]: outbound|80||{app}',
    'sidecar 80 http[0].route[1]: ServiceHeadless outbound|80||{app-canary}',
  ],
  'but not those of a gateway': [
    {
      proxies: [atGateway()],
      services: headless,
      route: virtualService({ http: [to('app@90', 'app-canary@10')] }, web),
    },
    'gateway 80 http[0].route[0]: outbound|80||{app}',
    'gateway 80 http[0].route[1]: outbound|80||{app-canary}',
  ],
  'at a waypoint its clients are in the mesh as well': [
    { proxies: [waypoint()], services: headless, route: one('app-canary') },
    'waypoint 80 http[0].route[0]: ServiceHeadless inbound-vip|80|http|{app-canary}',
  ],
  'an ExternalName leads out of the cluster': [
    {
      services: [
        APP,
        service('app-canary', ['80 http'], { type: 'ExternalName', externalName: 'api.example.com', selector: {} }),
      ],
      route: one('app-canary'),
    },
    'sidecar 80 http[0].route[0]: ServiceExternalName outbound|80||api.example.com',
  ],
  'without a port of the number it is not even known as one': [
    {
      services: [APP, service('app-canary', [], { type: 'ExternalName', externalName: 'api.example.com' })],
      route: one('app-canary'),
    },
    'sidecar 80 http[0].route[0]: ServiceExternalName outbound|80||{app-canary}',
  ],
  'endpoints that are made by hand': [
    { services: [APP, service('app-canary', ['80 http'], { selector: {} })], route: one('app-canary') },
    'sidecar 80 http[0].route[0]: ServiceNoSelector outbound|80||{app-canary}',
  ],
  'a Service of its own namespace alone': [
    {
      proxies: [sidecar('prod'), sidecar('test')],
      services: [APP, service('app-canary', ['80 http'], {}, '.')],
      route: one('app-canary'),
    },
    'sidecar 80 http[0].route[0]: outbound|80||{app-canary}',
    'sidecar 80 http[0].route[0]: NotVisible outbound|80||{app-canary}',
  ],
  'a Service of nobody': [
    { services: [APP, service('app-canary', ['80 http'], {}, '~')], route: one('app-canary') },
    'sidecar 80 http[0].route[0]: NotVisible outbound|80||{app-canary}',
  ],
  'a Service of some namespaces': [
    {
      proxies: [sidecar('test'), sidecar('other')],
      services: [APP, service('app-canary', ['80 http'], {}, 'prod, test')],
      route: one('app-canary'),
    },
    'sidecar 80 http[0].route[0]: outbound|80||{app-canary}',
    'sidecar 80 http[0].route[0]: NotVisible outbound|80||{app-canary}',
  ],
  'clients that do not see the host are not served by the route at all': [
    { proxies: [sidecar('test')], services: [service('app', ['80 http'], {}, '.'), CANARY], route: one('app-canary') },
  ],
  'a gateway of another namespace must see the Service, whose only port it knows all the same': [
    {
      proxies: [atGateway('infra/web', 'infra')],
      gateways: [gateway('web.infra', '8443 HTTP *')],
      services: [service('app', ['80 http'], {}, '.')],
      route: virtualService({ http: [to('app')] }, { gateways: ['infra/web'] }),
    },
    'gateway 8443 http[0].route[0]: NotVisible outbound|80||{app}',
  ],
  'of a Service elsewhere it knows not even that': [
    {
      proxies: [atGateway('infra/web', 'infra')],
      gateways: [gateway('web.infra', '8443 HTTP *')],
      services: [service('app', ['80 http'], {}, '.')],
      route: virtualService({ http: [to('{app}')] }, { name: 'app.team', ...shop, gateways: ['infra/web'] }),
    },
    'gateway 8443 http[0].route[0]: NotVisible outbound|8443||{app}',
  ],
  'a VirtualService that is not exported to its clients': [
    { proxies: [sidecar('test')], route: virtualService({ http: [to('app')] }, { exportTo: ['.'] }) },
  ],
  'a VirtualService of nobody': [{ route: virtualService({ http: [to('app')] }, { exportTo: ['~'] }) }],
});
