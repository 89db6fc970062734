import { atGateway, destinationRule, type Given, sidecar, to, virtualService, waypoint } from './build.ts';
import { check } from './rows.ts';

/** Which DestinationRule defines the subsets of a host, for whom: B10 to B12. */
const route = virtualService({ http: [to('app/v1')] });
const having = (...destinationRules: NonNullable<Given['destinationRules']>): Given => ({ route, destinationRules });
const found = 'sidecar 80 http[0].route[0]: outbound|80|v1|{app}';
const undefinedThere = 'sidecar 80 http[0].route[0]: SubsetUndefined outbound|80|v1|{app}';
const missing = 'sidecar 80 http[0].route[0]: TrafficPolicyMissing outbound|80|v1|{app}';
const hidden = 'sidecar 80 http[0].route[0]: NotVisible outbound|80|v1|{app}';
const from = (namespace: string) => ({ proxies: [sidecar(namespace)] });

check({
  'a subset that the host’s rule defines': [having(destinationRule('app', 'app', ['v1'])), found],
  'one that it does not define': [having(destinationRule('app', 'app', ['v2'])), undefinedThere],
  'a rule without subsets': [having(destinationRule('app', 'app', [])), undefinedThere],
  'no rule at all': [having(), missing],
  'a rule that says nothing, as no webhook of Istio was there': [
    having({ ...destinationRule('app', 'app', []), spec: {} as never }),
    missing,
  ],
  'a rule for another host does not bind': [having(destinationRule('app', 'app-canary', ['v1'])), missing],
  'so a subset of stable is none of the canary’s': [
    {
      destinationRules: [destinationRule('app', 'app', ['v1'])],
      route: virtualService({ http: [to('app/v1@90', 'app-canary/v1@10')] }),
    },
    found,
    'sidecar 80 http[0].route[1]: TrafficPolicyMissing outbound|80|v1|{app-canary}',
  ],
  'unless a wildcard binds both': [
    {
      destinationRules: [destinationRule('all', '*.prod.svc.cluster.local', ['v1'])],
      route: virtualService({ http: [to('app/v1@90', 'app-canary/v1@10')] }),
    },
    found,
    'sidecar 80 http[0].route[1]: outbound|80|v1|{app-canary}',
  ],
  'or the canary has a rule of its own': [
    {
      destinationRules: [destinationRule('app-canary', 'app-canary', ['v1'])],
      route: virtualService({ http: [to('app-canary/v1')] }),
    },
    'sidecar 80 http[0].route[0]: outbound|80|v1|{app-canary}',
  ],
  'a rule by the full host': [having(destinationRule('app', '{app}', ['v1'])), found],
  'a rule by name and namespace binds nothing': [having(destinationRule('app', 'app.prod', ['v1'])), missing],
  'a short host of a rule means the rule’s namespace': [having(destinationRule('app.test', 'app', ['v1'])), missing],
  'the most specific host hides a wildcard': [
    having(destinationRule('all', '*.prod.svc.cluster.local', ['v1']), destinationRule('app', 'app', [])),
    hidden,
  ],
  'rules for one host join their subsets': [
    having(
      destinationRule('a', 'app', ['v2'], { born: '2030-01-01T00:00:00Z' }),
      destinationRule('b', 'app', ['v1'], { born: '2030-01-02T00:00:00Z' }),
    ),
    found,
  ],
  'but only where they are exported alike': [
    having(
      destinationRule('a', 'app', ['v2'], { born: '2030-01-01T00:00:00Z' }),
      destinationRule('b', 'app', ['v1'], { born: '2030-01-02T00:00:00Z', exportTo: ['.'] }),
    ),
    hidden,
  ],
  'then the oldest has the word': [
    having(
      destinationRule('a', 'app', ['v2'], { born: '2030-01-02T00:00:00Z' }),
      destinationRule('b', 'app', ['v1'], { born: '2030-01-01T00:00:00Z', exportTo: ['.'] }),
    ),
    found,
  ],
  'a dot and the own namespace are exported alike': [
    having(
      destinationRule('a', 'app', ['v2'], { exportTo: ['.'] }),
      destinationRule('b', 'app', ['v1'], { exportTo: ['prod'] }),
    ),
    found,
  ],
  'clients of other namespaces find it in the Service’s': [
    { ...having(destinationRule('app', 'app', ['v1'])), ...from('test') },
    found,
  ],
  'if it is exported to them': [
    { ...having(destinationRule('app', 'app', ['v1'], { exportTo: ['.'] })), ...from('test') },
    hidden,
  ],
  'a rule of nobody': [having(destinationRule('app', 'app', ['v1'], { exportTo: ['~'] })), hidden],
  'their own namespace comes first': [
    {
      ...having(destinationRule('app', 'app', ['v1']), destinationRule('app.test', '{app}', ['v2'])),
      ...from('test'),
    },
    hidden,
  ],
  'also with a wildcard': [
    { ...having(destinationRule('app', 'app', ['v1']), destinationRule('all.test', '*.local', [])), ...from('test') },
    hidden,
  ],
  'and serves them alone': [
    { ...having(destinationRule('app.test', '{app}', ['v1'])), proxies: [sidecar('prod'), sidecar('test')] },
    hidden,
    found,
  ],
  'the root namespace comes last': [having(destinationRule('app.istio-system', '{app}', ['v1'])), found],
  'after the Service’s own': [
    having(destinationRule('app.istio-system', '{app}', ['v1']), destinationRule('app', 'app', ['v2'])),
    hidden,
  ],
  'also for a gateway whose pods are in it': [
    {
      ...having(destinationRule('all.istio-system', '*.local', []), destinationRule('app', 'app', ['v1'])),
      proxies: [atGateway('prod/web', 'istio-system')],
      route: virtualService({ http: [to('app/v1')] }, { gateways: ['web'] }),
    },
    'gateway 80 http[0].route[0]: outbound|80|v1|{app}',
  ],
  'unless the rule there is private to it': [
    {
      ...having(
        destinationRule('all.istio-system', '*.local', [], { exportTo: ['.'] }),
        destinationRule('app', 'app', ['v1']),
      ),
      proxies: [atGateway('prod/web', 'istio-system')],
      route: virtualService({ http: [to('app/v1')] }, { gateways: ['web'] }),
    },
    'gateway 80 http[0].route[0]: NotVisible outbound|80|v1|{app}',
  ],
  'a rule for some pods of a namespace proves nothing for the others': [
    having(destinationRule('app', 'app', ['v1'], { workloadSelector: { matchLabels: { app: 'x' } } })),
    hidden,
  ],
  'a waypoint has subsets of its own clusters': [
    { ...having(destinationRule('app', 'app', ['v1'])), proxies: [waypoint()] },
    'waypoint 80 http[0].route[0]: inbound-vip|80|http/v1|{app}',
  ],
  'a port that is not there comes before a subset that is not': [
    { route: virtualService({ http: [to('app:81/v1')] }) },
    'sidecar 80 http[0].route[0]: PortNotExposed outbound|81|v1|{app}',
  ],
});
