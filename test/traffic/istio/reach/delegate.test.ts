import t from 'tap';
import { mergeMatches } from '../../../../src/traffic/istio/reach/delegate.ts';
import type { MatchEntry } from '../../../../src/traffic/istio/reach/objects.ts';

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
