import { atGateway, expand, gateway, sidecar, to, virtualService, waypoint } from './build.ts';
import { check } from './rows.ts';

/** Several VirtualServices for one host: B1 to B4, B8. */
const OLD = '2030-01-01T00:00:00Z';
const NEW = '2030-01-02T00:00:00Z';
const rules = { http: [to('app')] };
const some = { http: [{ match: [{ uri: { prefix: '/v1' } }], ...to('app') }] };
const deeper = { http: [{ match: [{ uri: { prefix: '/v1/orders' } }], ...to('app') }] };
const older = virtualService(rules, { name: 'older', born: OLD });
const newer = virtualService(rules, { name: 'newer', born: NEW });
const web = { gateways: ['web'], hosts: ['shop.example.com'] };
const lost = 'sidecar 80 http[0].route[0]: HostConflict outbound|80||{app}';
const won = 'sidecar 80 http[0].route[0]: outbound|80||{app}';
const private_ = (born: string) => virtualService(rules, { name: 'private', born, exportTo: ['.'] });
const born = (name: string) => virtualService({ http: [to('{app}')] }, { name, born: OLD, hosts: [expand('{app}')] });

check({
  'in the mesh the older one has the host': [{ route: older, virtualServices: [newer] }, won],
  'and the newer one nothing of it': [{ route: newer, virtualServices: [older] }, lost],
  'whatever the older one’s rules leave': [
    { route: newer, virtualServices: [virtualService(some, { name: 'older', born: OLD })] },
    lost,
  ],
  'of the same second, the name decides': [{ route: born('a.prod'), virtualServices: [born('b.app')] }, won],
  'against the other too': [{ route: born('b.app'), virtualServices: [born('a.prod')] }, lost],
  'then the namespace': [{ route: born('a.app'), virtualServices: [born('a.prod')] }, won],
  'against the other as well': [{ route: born('a.prod'), virtualServices: [born('a.app')] }, lost],
  'one that is not yet created comes last': [{ route: virtualService(rules), virtualServices: [newer] }, lost],
  'a new version of a stored one keeps its age': [
    { route: virtualService(rules, { name: 'older' }), virtualServices: [newer, older] },
    won,
  ],
  'a newer one that is private beats it for clients of its namespace': [
    { route: older, virtualServices: [private_(NEW)] },
    lost,
  ],
  'and for no others': [{ proxies: [sidecar('test')], route: older, virtualServices: [private_(NEW)] }, won],
  'one that is exported by name comes between': [
    {
      proxies: [sidecar('test')],
      route: older,
      virtualServices: [virtualService(rules, { name: 'named', born: NEW, exportTo: ['test'] })],
    },
    lost,
  ],
  'and after the private ones': [
    {
      route: virtualService(rules, { name: 'private', born: NEW, exportTo: ['.'] }),
      virtualServices: [
        virtualService(rules, { name: 'named.team', born: OLD, hosts: [expand('{app}')], exportTo: ['prod'] }),
      ],
    },
    won,
  ],
  'one for another host is none of its business': [
    { route: newer, virtualServices: [virtualService(rules, { name: 'older', born: OLD, hosts: ['app-canary'] })] },
    won,
  ],
  'nor is one for name and namespace, which is another host': [
    { route: newer, virtualServices: [virtualService(rules, { name: 'older', born: OLD, hosts: ['app.prod'] })] },
    won,
  ],
  'nor one of a gateway': [
    { route: newer, virtualServices: [virtualService(rules, { name: 'older', born: OLD, ...web })] },
    won,
  ],
  'nor an older wildcard, which is less specific': [
    {
      route: newer,
      virtualServices: [virtualService(rules, { name: 'older', born: OLD, hosts: ['*.svc.cluster.local'] })],
    },
    won,
  ],
  'at a gateway the older of two rules for everything has it': [
    {
      proxies: [atGateway()],
      route: virtualService(rules, { name: 'newer', born: NEW, ...web }),
      virtualServices: [virtualService(rules, { name: 'older', born: OLD, ...web })],
    },
    'gateway 80 http[0].route[0]: HostConflict outbound|80||{app}',
  ],
  'a rule for some requests comes before it': [
    {
      proxies: [atGateway()],
      route: virtualService(some, { name: 'newer', born: NEW, ...web }),
      virtualServices: [virtualService(rules, { name: 'older', born: OLD, ...web })],
    },
    'gateway 80 http[0].route[0]: outbound|80||{app}',
  ],
  'and one for everything takes what an older one leaves': [
    {
      proxies: [atGateway()],
      route: virtualService(rules, { name: 'newer', born: NEW, ...web }),
      virtualServices: [virtualService(some, { name: 'older', born: OLD, ...web })],
    },
    'gateway 80 http[0].route[0]: outbound|80||{app}',
  ],
  'unless an older one’s rule takes all of those': [
    {
      proxies: [atGateway()],
      route: virtualService(deeper, { name: 'newer', born: NEW, ...web }),
      virtualServices: [virtualService(some, { name: 'older', born: OLD, ...web })],
    },
    'gateway 80 http[0].route[0]: HostConflict outbound|80||{app}',
  ],
  'not one that takes a part of them': [
    {
      proxies: [atGateway()],
      route: virtualService(some, { name: 'newer', born: NEW, ...web }),
      virtualServices: [virtualService(deeper, { name: 'older', born: OLD, ...web })],
    },
    'gateway 80 http[0].route[0]: outbound|80||{app}',
  ],
  'nor one for the mesh': [
    {
      proxies: [atGateway()],
      route: virtualService(deeper, { name: 'newer', born: NEW, ...web }),
      virtualServices: [
        virtualService(
          { http: [{ match: [{ uri: { prefix: '/v1' }, gateways: ['mesh'] }], ...to('app') }] },
          { name: 'older', born: OLD, ...web },
        ),
      ],
    },
    'gateway 80 http[0].route[0]: outbound|80||{app}',
  ],
  'an older one for another host of the gateway does not matter': [
    {
      proxies: [atGateway()],
      route: virtualService(rules, { name: 'newer', born: NEW, ...web }),
      virtualServices: [virtualService(rules, { name: 'older', born: OLD, ...web, hosts: ['api.example.com'] })],
    },
    'gateway 80 http[0].route[0]: outbound|80||{app}',
  ],
  'nor does one for another port of it': [
    {
      proxies: [atGateway()],
      gateways: [gateway('web', '80 HTTP *', '81 HTTP *')],
      route: virtualService(rules, { name: 'newer', born: NEW, ...web }),
      virtualServices: [
        virtualService({ http: [{ match: [{ port: 81 }], ...to('app') }] }, { name: 'older', born: OLD, ...web }),
      ],
    },
    'gateway 80 http[0].route[0]: outbound|80||{app}',
    'gateway 81 http[0].route[0]: HostConflict outbound|80||{app}',
  ],
  'two gateways have nothing to do with one another': [
    {
      proxies: [atGateway()],
      route: virtualService(rules, { name: 'newer', born: NEW, ...web }),
      virtualServices: [virtualService(rules, { name: 'older', born: OLD, ...web, gateways: ['other'] })],
    },
    'gateway 80 http[0].route[0]: outbound|80||{app}',
  ],
  'at a waypoint nothing comes after an older rule for everything': [
    {
      proxies: [waypoint()],
      route: virtualService(some, { name: 'newer', born: NEW }),
      virtualServices: [older],
    },
    'waypoint 80 http[0].route[0]: HostConflict inbound-vip|80|http|{app}',
  ],
  'but after one for some requests': [
    {
      proxies: [waypoint()],
      route: newer,
      virtualServices: [virtualService(some, { name: 'older', born: OLD })],
    },
    'waypoint 80 http[0].route[0]: inbound-vip|80|http|{app}',
  ],
});
