import t from 'tap';
import { mergeMatches } from '../../../../src/traffic/istio/reach/delegate.ts';
import type { MatchEntry } from '../../../../src/traffic/istio/reach/objects.ts';
import { APP, CANARY, delegate, service, to, virtualService } from './build.ts';
import { check } from './rows.ts';

/** What is left of a delegate's matches inside those of its root: B7. */
const cases: Record<string, [root: MatchEntry[], delegate: MatchEntry[], merged: MatchEntry[] | undefined]> = {
  'a root that matches everything': [[], [{ port: 80 }], [{ port: 80 }]],
  'a delegate that matches everything': [[{ port: 80 }], [], [{ port: 80 }]],
  'a path inside a prefix': [[path('/a')], [path('/a/b')], [path('/a/b')]],
  'an exact path inside a prefix': [[path('/a')], [exact('/a/b')], [exact('/a/b')]],
  'a path outside': [[path('/a')], [path('/b')], undefined],
  'a prefix inside an exact path': [[exact('/a')], [path('/a')], undefined],
  'the same exact path': [[exact('/a')], [exact('/a')], [exact('/a')]],
  'another exact path': [[exact('/a')], [exact('/b')], undefined],
  'a regular expression in a root': [[{ uri: { regex: '/a' } }], [exact('/a')], undefined],
  'a regular expression in a delegate': [[path('/')], [{ uri: { regex: '/a' } }], undefined],
  'one root of several': [[path('/a'), path('/b')], [path('/b/c')], [path('/b/c')]],
  'each match of a delegate must lie in one': [[path('/a')], [path('/a/b'), path('/c')], undefined],
  'the conditions of both': [
    [{ headers: { a: { exact: 'x' } }, port: 80 }],
    [{ headers: { b: { exact: 'y' } }, method: { exact: 'GET' } }],
    [{ headers: { a: { exact: 'x' }, b: { exact: 'y' } }, port: 80, method: { exact: 'GET' } }],
  ],
  'another value of a header': [[{ headers: { a: { exact: 'x' } } }], [{ headers: { a: { exact: 'y' } } }], undefined],
  'another port': [[{ port: 80 }], [{ port: 81 }], undefined],
  'the gateways of the root': [[{ gateways: ['mesh'] }], [path('/a')], [{ gateways: ['mesh'], uri: { prefix: '/a' } }]],
  'a path of any case': [[path('/a')], [{ ...path('/a'), ignoreUriCase: true }], undefined],
};

function path(prefix: string): MatchEntry {
  return { uri: { prefix } };
}
function exact(text: string): MatchEntry {
  return { uri: { exact: text } };
}

for (const [claim, [root, delegate, merged]] of Object.entries(cases)) {
  t.same(mergeMatches(root, delegate), merged, claim);
}

const when = (match: MatchEntry) => ({ match: [match] });
const twoPorts = ['80 http', '9090 http-metrics'];
const services = [service('app', twoPorts), service('app-canary', twoPorts)];

check({
  'a rule that names a delegate has no routes of its own': [
    {
      virtualServices: [delegate('inner', { http: [to('app')] })],
      route: virtualService({ http: [{ delegate: { name: 'inner' } }] }),
    },
    'sidecar 80 http[0]: DelegateRoot',
  ],
  'the same where the delegate is missing, and the next rule takes over': [
    { route: virtualService({ http: [{ delegate: { name: 'inner' } }, to('app')] }) },
    'sidecar 80 http[0]: DelegateRoot',
    'sidecar 80 http[1].route[0]: outbound|80||{app}',
  ],
  'a delegate’s own rules hold where its root does': [
    {
      virtualServices: [
        virtualService(
          { http: [{ ...when({ port: 80 }), delegate: { name: 'inner', namespace: 'prod' } }] },
          { name: 'root' },
        ),
      ],
      services,
      route: delegate('inner', { http: [to('app:80', 'app-canary:80@10')] }),
    },
    'sidecar 80 http[0].route[0]: outbound|80||{app}',
    'sidecar 80 http[0].route[1]: outbound|80||{app-canary}',
  ],
  'short hosts of a delegate mean its own namespace': [
    {
      virtualServices: [
        virtualService({ http: [{ delegate: { name: 'inner', namespace: 'team' } }] }, { name: 'root' }),
      ],
      services: [APP, CANARY, service('app.team', ['80 http'])],
      route: delegate('inner.team', { http: [to('app')] }),
    },
    'sidecar 80 http[0].route[0]: outbound|80||{app.team}',
  ],
  'a delegate’s rule outside its root’s match is dropped': [
    {
      virtualServices: [
        virtualService(
          { http: [{ ...when({ uri: { prefix: '/a' } }), delegate: { name: 'inner' } }] },
          { name: 'root' },
        ),
      ],
      route: delegate('inner', {
        http: [
          { ...when({ uri: { prefix: '/b' } }), ...to('app') },
          { ...when({ uri: { regex: '/a.*' } }), ...to('app') },
          { ...when({ uri: { exact: '/a/b' } }), ...to('app-canary') },
        ],
      }),
    },
    'sidecar 80 http[2].route[0]: outbound|80||{app-canary}',
  ],
  'a delegate for another port than its root’s is dropped': [
    {
      virtualServices: [
        virtualService({ http: [{ ...when({ port: 80 }), delegate: { name: 'inner' } }] }, { name: 'root' }),
      ],
      services,
      route: delegate('inner', { http: [{ ...when({ port: 9090 }), ...to('app') }] }),
    },
  ],
  'a delegate names no other delegate': [
    {
      virtualServices: [virtualService({ http: [{ delegate: { name: 'inner' } }] }, { name: 'root' })],
      route: delegate('inner', { http: [{ delegate: { name: 'other' } }, to('app')] }),
    },
    'sidecar 80 http[1].route[0]: outbound|80||{app}',
  ],
  'a delegate that its root does not see holds nowhere': [
    {
      virtualServices: [
        virtualService({ http: [{ delegate: { name: 'inner', namespace: 'team' } }] }, { name: 'root' }),
      ],
      route: delegate('inner.team', { http: [to('{app}')] }, ['.']),
    },
  ],
  'nor does one that no root names': [{ route: delegate('inner', { http: [to('app')] }) }],
  'a delegate’s rule for everything ends its root’s list': [
    {
      virtualServices: [delegate('inner', { http: [to('app')] })],
      route: virtualService({ http: [{ delegate: { name: 'inner' } }, to('app-canary')] }),
    },
    'sidecar 80 http[0]: DelegateRoot',
  ],
});
