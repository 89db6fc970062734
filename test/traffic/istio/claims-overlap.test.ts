import t from 'tap';
import type { ServiceSpec } from '../../../src/rollout/spec/spec-types.ts';
import { claimsOverlap } from '../../../src/traffic/istio/claims-overlap.ts';
import type { MatchEntry } from '../../../src/traffic/istio/reach/objects.ts';
import * as make from '../../build.ts';

type Claim = Pick<ServiceSpec, 'gateways'> & { match?: MatchEntry[]; namespace?: string };

const claim = ({ gateways, match, namespace = 'shop' }: Claim) => {
  const { service } = make.spec((spec) => {
    spec.service.hosts = ['api.example.com'];
    spec.service.gateways = gateways;
    if (match) spec.service.http = { match };
  });
  return { service, namespace };
};
const edge = (...match: MatchEntry[]): Claim => ({ gateways: ['infra/edge'], match });
const path = (prefix: string): MatchEntry => ({ uri: { prefix } });
const MESH = /in the mesh a host has one route alone.*headgate\.dev\/match/;

const rows: [what: string, a: Claim, b: Claim, overlap: RegExp | undefined][] = [
  ['two paths at a gateway', edge(path('/orders')), edge(path('/users')), undefined],
  ['several paths each', edge(path('/a'), path('/b')), edge(path('/c'), path('/d')), undefined],
  [
    'one of several is the other’s',
    edge(path('/a'), path('/b')),
    edge(path('/c'), path('/b/x')),
    /prefix \/b and uri prefix \/b\/x/,
  ],
  [
    'a path under the other’s',
    edge(path('/api')),
    edge(path('/api/v2')),
    /infra\/edge .* \/api and uri prefix \/api\/v2/,
  ],
  ['a catch-all comes last', edge(path('/')), edge(path('/users')), undefined],
  ['whatever it is written as', edge({}), edge(path('/users')), undefined],
  ['two that take everything', edge(path('/')), edge({ uri: { regex: '.*' } }), /uri prefix \/ and uri regex \.\*/],
  ['everything with a header is not everything', edge({ headers: { 'x-user': {} } }), edge(path('/users')), /users/],
  ['a pattern proves nothing', edge({ uri: { regex: '/orders/.*' } }), edge(path('/users')), /regex \/orders/],
  ['methods', edge({ method: { exact: 'GET' } }), edge({ method: { exact: 'PUT' } }), undefined],
  ['no match holds in the mesh', { gateways: ['infra/edge'] }, edge(path('/users')), MESH],
  ['no gateway does', { gateways: [], match: [path('/orders')] }, edge(path('/users')), MESH],
  ['the mesh by name does', { gateways: ['infra/edge', 'mesh'], match: [path('/a')] }, edge(path('/b')), MESH],
  ['a match in the mesh does', edge({ ...path('/a'), gateways: ['mesh'] }), edge(path('/b')), MESH],
  ['labels of clients do', edge({ ...path('/a'), sourceLabels: { app: 'web' } }), edge(path('/b')), MESH],
  ['two gateways', edge(path('/')), { gateways: ['infra/other'], match: [path('/')] }, undefined],
  [
    'gateways of one name in two namespaces',
    { gateways: ['edge'], match: [path('/')] },
    { ...edge(path('/')), namespace: 'b' },
    undefined,
  ],
  [
    'one gateway in two ways',
    { gateways: ['edge'], match: [path('/')], namespace: 'infra' },
    edge(path('/')),
    /at the gateway infra\/edge/,
  ],
  [
    'conditions for a gateway each',
    { gateways: ['infra/a', 'infra/b'], match: [{ ...path('/x'), gateways: ['infra/a'] }] },
    { gateways: ['infra/a', 'infra/b'], match: [{ ...path('/x'), gateways: ['infra/b'] }] },
    undefined,
  ],
];

for (const [what, a, b, overlap] of rows) {
  const both = [claimsOverlap(claim(a), claim(b)), claimsOverlap(claim(b), claim(a))];
  t.equal(both[1] === undefined, overlap === undefined, `${what}: from the other side`);
  if (overlap === undefined) t.equal(both[0], undefined, what);
  else t.match(both[0], overlap, what);
}
