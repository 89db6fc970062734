import { APP, atGateway, gateway, service, sidecar, to, virtualService, waypoint } from './build.ts';
import { check } from './rows.ts';

/** On which ports rules hold, by what the ports speak: A13 to A17. */
const http = virtualService({ http: [to('app')] });
const tcp = virtualService({ tcp: [to('app@90', 'app-canary@10')] });
const both = (ports: readonly string[]) => [service('app', ports), service('app-canary', ports)];
const sni = (...names: string[]) => ({ match: [{ sniHosts: names }] });

check({
  'HTTP rules leave a TCP port of the Service alone': [
    { services: [service('app', ['80 http', '5432 tcp-db'])], route: http },
    'sidecar 80 http[0].route[0]: outbound|80||{app}',
  ],
  'they hold on a port that is sniffed': [
    { services: [service('app', ['8080'])], route: http },
    'sidecar 8080 http[0].route[0]: outbound|8080||{app}',
  ],
  'they are left out without a word where the name says tcp': [
    { services: [service('app', ['80 tcp-web'])], route: http },
    'sidecar 80 http[0].route[0]: NoHTTPPort',
  ],
  'and where it says https': [
    { services: [service('app', ['443 https'])], route: http },
    'sidecar 443 http[0].route[0]: NoHTTPPort',
  ],
  'an appProtocol of HTTP wins over such a name': [
    { services: [service('app', ['80 tcp-web http'])], route: http },
    'sidecar 80 http[0].route[0]: outbound|80||{app}',
  ],
  'an appProtocol of TCP wins over a name of HTTP': [
    { services: [service('app', ['80 http tcp'])], route: http },
    'sidecar 80 http[0].route[0]: NoHTTPPort',
  ],
  'port 3306 without a name is never HTTP': [
    { services: [service('app', ['3306'])], route: http },
    'sidecar 3306 http[0].route[0]: NoHTTPPort',
  ],
  'a Service of UDP alone has no port for any rule': [
    { services: [service('app', ['53/UDP http'])], route: http },
    'sidecar 53 http[0].route[0]: NoHTTPPort',
  ],
  'at a waypoint as well': [
    { proxies: [waypoint()], services: [service('app', ['80 tcp-web'])], route: http },
    'waypoint 80 http[0].route[0]: NoHTTPPort',
  ],
  'HTTP that is sent to a TCP port of another Service': [
    { services: [APP, service('db', ['5432 tcp-db'])], route: virtualService({ http: [to('db:5432')] }) },
    'sidecar 80 http[0].route[0]: ProtocolMismatch outbound|5432||{db}',
  ],
  'a gateway that sends HTTP to a port of HTTPS': [
    {
      proxies: [atGateway()],
      services: [service('app', ['443 https'])],
      route: virtualService({ http: [to('app')] }, { gateways: ['web'] }),
    },
    'gateway 80 http[0].route[0]: ProtocolMismatch outbound|443||{app}',
  ],
  'HTTP that is sent to a UDP port': [
    { services: [APP, service('dns', ['53/UDP dns'])], route: virtualService({ http: [to('dns:53')] }) },
    'sidecar 80 http[0].route[0]: ProtocolMismatch outbound|53||{dns}',
  ],
  'TCP rules hold on TCP ports': [
    { services: both(['5432 tcp-db']), route: tcp },
    'sidecar 5432 tcp[0].route[0]: outbound|5432||{app}',
    'sidecar 5432 tcp[0].route[1]: outbound|5432||{app-canary}',
  ],
  'TCP rules hold beside HTTP rules on a port that is sniffed': [
    { services: both(['9000']), route: virtualService({ http: [to('app')], tcp: [to('app-canary')] }) },
    'sidecar 9000 http[0].route[0]: outbound|9000||{app}',
    'sidecar 9000 tcp[0].route[0]: outbound|9000||{app-canary}',
  ],
  'TCP rules never hold on a port of HTTP': [
    { services: both(['80 http']), route: tcp },
    'sidecar 80 tcp[0].route[0]: ProtocolMismatch',
    'sidecar 80 tcp[0].route[1]: ProtocolMismatch',
  ],
  'rules of both kinds each have their ports': [
    {
      services: both(['80 http', '5432 tcp-db']),
      route: virtualService({ http: [to('app')], tcp: [to('app')] }),
    },
    'sidecar 80 http[0].route[0]: outbound|80||{app}',
    'sidecar 5432 tcp[0].route[0]: outbound|5432||{app}',
  ],
  'a TCP rule takes the only port of a Service, also at a sidecar': [
    { services: [service('app', ['5432 tcp-db']), service('app-canary', ['6432 tcp-db'])], route: tcp },
    'sidecar 5432 tcp[0].route[0]: outbound|5432||{app}',
    'sidecar 5432 tcp[0].route[1]: outbound|6432||{app-canary}',
  ],
  'of several the one that was called, which must be there': [
    {
      services: [service('app', ['5432 tcp-db']), service('app-canary', ['6432 tcp-db', '7432 tcp-x'])],
      route: tcp,
    },
    'sidecar 5432 tcp[0].route[0]: outbound|5432||{app}',
    'sidecar 5432 tcp[0].route[1]: PortNotExposed outbound|5432||{app-canary}',
  ],
  'the first TCP rule without a subnet ends the list': [
    { services: both(['5432 tcp-db']), route: virtualService({ tcp: [to('app'), to('app-canary')] }) },
    'sidecar 5432 tcp[0].route[0]: outbound|5432||{app}',
  ],
  'one for a subnet does not': [
    {
      services: both(['5432 tcp-db']),
      route: virtualService({
        tcp: [{ match: [{ destinationSubnets: ['10.0.0.0/8'] }], ...to('app-canary') }, to('app')],
      }),
    },
    'sidecar 5432 tcp[0].route[0]: outbound|5432||{app-canary}',
    'sidecar 5432 tcp[1].route[0]: outbound|5432||{app}',
  ],
  'a TCP rule of a port holds on that listener': [
    {
      services: both(['5432 tcp-db', '6432 tcp-x']),
      route: virtualService({ tcp: [{ match: [{ port: 6432 }], ...to('app-canary') }, to('app')] }),
    },
    'sidecar 5432 tcp[1].route[0]: outbound|5432||{app}',
    'sidecar 6432 tcp[0].route[0]: outbound|6432||{app-canary}',
  ],
  'a TCP rule at a waypoint': [
    { proxies: [waypoint(['app'])], services: both(['5432 tcp-db']), route: virtualService({ tcp: [to('app')] }) },
    'waypoint 5432 tcp[0].route[0]: inbound-vip|5432|tcp|{app}',
  ],
  'a TCP rule that leads to UDP': [
    {
      services: [service('app', ['5432 tcp-db']), service('dns', ['53/UDP dns'])],
      route: virtualService({ tcp: [to('dns')] }),
    },
    'sidecar 5432 tcp[0].route[0]: ProtocolMismatch outbound|53||{dns}',
  ],
  'TLS rules hold on ports of TLS and HTTPS': [
    {
      services: both(['443 https', '8443 tls', '9443 tcp-x']),
      route: virtualService({ tls: [{ ...sni('app'), ...to('app', 'app-canary@10') }] }),
    },
    'sidecar 443 tls[0].route[0]: outbound|443||{app}',
    'sidecar 443 tls[0].route[1]: outbound|443||{app-canary}',
    'sidecar 8443 tls[0].route[0]: outbound|8443||{app}',
    'sidecar 8443 tls[0].route[1]: outbound|8443||{app-canary}',
  ],
  'they never hold on a port that is sniffed': [
    { services: both(['8443']), route: virtualService({ tls: [{ ...sni('app'), ...to('app') }] }) },
    'sidecar 8443 tls[0].route[0]: ProtocolMismatch',
  ],
  'a TLS rule for a name that the VirtualService does not have is left out': [
    { services: both(['443 https']), route: virtualService({ tls: [{ ...sni('other.example.com'), ...to('app') }] }) },
  ],
  'at a gateway TLS rules hold where TLS is passed through, and HTTP rules where it ends': [
    {
      proxies: [atGateway()],
      gateways: [gateway('web', '443 HTTPS shop.example.com', '8443 TLS shop.example.com PASSTHROUGH')],
      services: both(['80 http', '443 https']),
      route: virtualService(
        { http: [to('app:80')], tls: [{ ...sni('shop.example.com'), ...to('app:443') }] },
        { hosts: ['shop.example.com'], gateways: ['web'] },
      ),
    },
    'gateway 443 http[0].route[0]: outbound|80||{app}',
    'gateway 8443 tls[0].route[0]: outbound|443||{app}',
  ],
  'at a gateway the second rule for a server name is skipped': [
    {
      proxies: [atGateway()],
      gateways: [gateway('web', '443 TLS *.example.com PASSTHROUGH')],
      services: both(['443 https']),
      route: virtualService(
        {
          tls: [
            { ...sni('a.example.com'), ...to('app') },
            { ...sni('a.example.com'), ...to('app-canary') },
            { ...sni('a.example.com', 'b.example.com'), ...to('app-canary') },
          ],
        },
        { hosts: ['*.example.com'], gateways: ['web'] },
      ),
    },
    'gateway 443 tls[0].route[0]: outbound|443||{app}',
    'gateway 443 tls[2].route[0]: outbound|443||{app-canary}',
  ],
  'at a gateway TCP rules hold on servers of TCP': [
    {
      proxies: [atGateway()],
      gateways: [gateway('web', '5432 TCP *', '80 HTTP *')],
      services: both(['6432 tcp-db']),
      route: virtualService({ tcp: [to('app')] }, { hosts: ['db.example.com'], gateways: ['web'] }),
    },
    'gateway 5432 tcp[0].route[0]: outbound|6432||{app}',
  ],
  'a host that is no Service takes no TCP rules': [
    { proxies: [sidecar()], route: virtualService({ tcp: [to('app')] }, { hosts: ['db.example.com'] }) },
  ],
});
