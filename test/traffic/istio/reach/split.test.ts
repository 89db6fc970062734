import fc from 'fast-check';
import t from 'tap';
import type { Service } from '../../../../src/rollout/kube.ts';
import { splitOf } from '../../../../src/traffic/istio/reach/split.ts';
import {
  APP,
  atGateway,
  CANARY,
  delegate,
  destinationRule,
  expand,
  type Given,
  gateway,
  given,
  lineOf,
  service,
  sidecar,
  to,
  virtualService,
  waypoint,
} from './build.ts';

/** Whether the canary may be given a weight: everywhere that stable has traffic, it must be reached alike. */
const splitFor = (question: Given) =>
  splitOf({ ...given(question), stable: expand('{app}'), canary: expand('{app-canary}') });
const reasons = (question: Given): string[] => splitFor(question).refusals.map(({ reason }) => reason);

const http = (...destinations: string[]) => virtualService({ http: [to(...destinations)] });
const twoPorts = ['80 http', '9090 http-metrics'];
const everywhere = {
  proxies: [sidecar(), sidecar('test'), atGateway(), waypoint()],
  route: virtualService({ http: [to('app:80')] }, { gateways: ['mesh', 'web'] }),
};

const cases: Record<string, [question: Given, ...reasons: string[]]> = {
  'a canary with the same port': [{ route: http('app') }],
  'for every kind of client': [everywhere],
  'also where the rule names the port': [{ route: http('app:80') }],
  'and where both stand in the rule': [{ route: http('app@100', 'app-canary@0') }],
  'a canary that does not exist': [{ services: [APP], route: http('app') }, 'ServiceNotFound'],
  'a canary with the port of its pod': [
    { services: [APP, service('app-canary', ['8080 http'])], route: http('app') },
    'PortNotExposed',
  ],
  'one reason for each place': [
    { services: [APP, service('app-canary', ['8080 http'])], ...everywhere },
    ...['PortNotExposed', 'PortNotExposed', 'PortNotExposed', 'PortNotExposed'],
  ],
  'a canary of another protocol': [
    { services: [APP, service('app-canary', ['80 grpc'])], route: http('app') },
    'ProtocolMismatch',
  ],
  'a canary whose port has no name': [
    { services: [APP, service('app-canary', ['80'])], route: http('app') },
    'ProtocolMismatch',
  ],
  'a canary that is reached in another way is judged in that one': [
    { route: http('app@100', 'app-canary:8080@0') },
    'PortNotExposed',
  ],
  'stable that is not reached': [{ route: http('app:8080') }, 'PortNotExposed'],
  'stable that two ports hide at a gateway': [
    {
      ...{ proxies: [atGateway()], gateways: [gateway('web', '443 HTTPS *')] },
      services: [service('app', twoPorts), service('app-canary', twoPorts)],
      route: virtualService({ http: [to('app')] }, { gateways: ['web'] }),
    },
    'PortAmbiguous',
  ],
  'a rule that Istio leaves out': [
    { services: [service('app', ['80 tcp-x']), service('app-canary', ['80 tcp-x'])], route: http('app') },
    'NoHTTPPort',
  ],
  'a subset of stable that the canary has not': [
    { destinationRules: [destinationRule('app', 'app', ['v1'])], route: http('app/v1') },
    'TrafficPolicyMissing',
  ],
  'one that it has': [
    {
      destinationRules: [destinationRule('app', 'app', ['v1']), destinationRule('canary', 'app-canary', ['v1'])],
      route: http('app/v1'),
    },
  ],
  'a canary that some clients of stable do not see': [
    {
      proxies: [sidecar(), sidecar('test')],
      services: [APP, service('app-canary', ['80 http'], {}, '.')],
      route: http('app'),
    },
    'NotVisible',
  ],
  'what is wrong with others does not matter': [{ route: http('app@90', 'ghost@10') }],
  'a third destination without a weight': [{ route: http('app@90', 'ghost') }, 'UnsupportedRule'],
  'stable twice in a rule': [
    { destinationRules: [destinationRule('app', 'app', ['v1', 'v2'])], route: http('app@50', 'app:80@50') },
    'UnsupportedRule',
  ],
  'stable in several rules': [
    { route: virtualService({ http: [{ match: [{ uri: { prefix: '/v1' } }], ...to('app') }, to('app')] }) },
  ],
  'stable that a rule only mirrors to': [
    { route: virtualService({ http: [{ ...to('app-canary'), mirror: { host: 'app' } }] }) },
    'UnsupportedRule',
  ],
  'weights that are all zero': [{ route: http('app@0', 'app-canary@0') }, 'UnsupportedRule'],
  'a rule that answers by itself': [
    { route: virtualService({ http: [{ redirect: { uri: '/new' } }] }) },
    'UnsupportedRule',
  ],
  'no rule for stable': [{ route: http('app-canary') }, 'UnsupportedRule'],
  'no client that has the rule': [{ proxies: [], route: http('app') }, 'UnsupportedRule'],
  'a rule that only names a delegate': [
    {
      virtualServices: [delegate('inner', { http: [to('app')] })],
      route: virtualService({ http: [{ delegate: { name: 'inner' } }] }),
    },
    'DelegateRoot',
  ],
  'the delegate itself': [
    {
      virtualServices: [virtualService({ http: [{ delegate: { name: 'inner' } }] }, { name: 'root' })],
      route: delegate('inner', { http: [to('app')] }),
    },
  ],
  'a host that is another’s': [
    {
      virtualServices: [virtualService({ http: [to('app')] }, { name: 'old', born: '2030-01-01' })],
      route: http('app'),
    },
    'HostConflict',
  ],
  'a host for the gateway that is also one of the mesh, where nobody is answered': [
    {
      ...{
        proxies: [sidecar(), atGateway()],
        services: [service('app', ['8000 http']), service('app-canary', ['8000 http'])],
      },
      route: virtualService({ http: [to('app')] }, { hosts: ['app.example.com'], gateways: ['mesh', 'web'] }),
    },
  ],
  'and nobody is in another way': [
    {
      services: [service('app', ['8000 http']), service('app-canary', ['8000 http'])],
      route: virtualService({ http: [to('app')] }, { hosts: ['app.example.com'] }),
    },
    'PortNotExposed',
  ],
  'another form of a host that is there': [
    { route: virtualService({ http: [to('app')] }, { hosts: ['app', 'app.prod'] }) },
  ],
  'such a form alone': [
    {
      proxies: [sidecar(), atGateway()],
      route: virtualService({ http: [to('app')] }, { hosts: ['app.prod'], gateways: ['mesh', 'web'] }),
    },
    'HostNotQualified',
  ],
  'TCP as HTTP': [
    {
      services: [service('app', ['5432 tcp-x']), service('app-canary', ['5432 tcp-x'])],
      route: virtualService({ tcp: [to('app')] }),
    },
  ],
};

for (const [claim, [question, ...expected]] of Object.entries(cases)) t.same(reasons(question), expected, claim);

t.test('stable and canary stand side by side', async (t) => {
  const { pairs } = splitFor(everywhere);
  t.same(
    pairs.map(({ stable, canary }) => [lineOf(stable), canary && lineOf(canary)]),
    [
      ['sidecar 80 http[0].route[0]: outbound|80||{app}', 'sidecar 80 http[0].route[0]: outbound|80||{app-canary}'],
      ['sidecar 80 http[0].route[0]: outbound|80||{app}', 'sidecar 80 http[0].route[0]: outbound|80||{app-canary}'],
      ['gateway 80 http[0].route[0]: outbound|80||{app}', 'gateway 80 http[0].route[0]: outbound|80||{app-canary}'],
      [
        'waypoint 80 http[0].route[0]: inbound-vip|80|http|{app}',
        'waypoint 80 http[0].route[0]: inbound-vip|80|http|{app-canary}',
      ],
    ].map((pair) => pair.map((line) => expand(line))),
  );
});

t.test('a canary that stands in the rule is compared listener by listener', async (t) => {
  const services = [service('app', twoPorts), service('app-canary', twoPorts)];
  const { pairs } = splitFor({ services, route: http('app@100', 'app-canary@0') });
  t.same(
    pairs.map(({ stable, canary }) => [stable.cluster?.name, canary?.cluster?.name]),
    [80, 9090].map((port) => [`outbound|${port}||${expand('{app}')}`, `outbound|${port}||${expand('{app-canary}')}`]),
  );
});

/** Whatever a user's Service and route are like, a canary Service with the same ports goes wrong only where stable does. */
const copyOf = (stable: Service): Service => ({ ...CANARY, spec: { ...stable.spec, selector: { app: 'app-canary' } } });
const portText = fc.tuple(
  fc.constantFrom(80, 443, 3306, 8080, 9090),
  fc.constantFrom('', '/UDP'),
  fc.constantFrom('', ' http', ' tcp-x', ' https', ' grpc', ' tcp http'),
);
const services = fc.uniqueArray(portText, { minLength: 1, maxLength: 3, selector: ([number]) => number }).map((ports) =>
  service(
    'app',
    ports.map((parts) => parts.join('')),
  ),
);
const destination = fc.constantFrom('app', 'app:80', 'app:8080', '{app}', '{app}:9090', 'app:1');
const rule = fc.record(
  { match: fc.array(fc.record({ port: fc.constantFrom(80, 8080, 443) }), { maxLength: 2 }) },
  { requiredKeys: [] },
);

t.test('a canary with the ports of stable is reached wherever stable is', async (t) => {
  let reached = 0;
  const holds = (app: Service, host: string, entry: object, server: number): boolean => {
    const { pairs, refusals } = splitFor({
      services: [app, copyOf(app)],
      gateways: [gateway('web', `${server} HTTP *`)],
      proxies: [sidecar(), atGateway(), waypoint()],
      route: virtualService({ http: [{ ...entry, ...to(host) }] }, { gateways: ['mesh', 'web'] }),
    });
    const isStableReached = pairs.length > 0 && pairs.every(({ stable }) => stable.refusal === undefined);
    reached += Number(isStableReached);
    return isStableReached === (refusals.length === 0);
  };
  fc.assert(fc.property(services, destination, rule, fc.constantFrom(80, 443, 8080), holds), { numRuns: 500 });
  t.ok(reached > 20, `${reached} were reached`);
});
