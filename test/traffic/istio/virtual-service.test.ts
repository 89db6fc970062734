import jsonPatch from 'fast-json-patch';
import t from 'tap';
import { ROLE } from '../../../src/rollout/keys.ts';
import type { TrafficWish } from '../../../src/rollout/machine/traffic.ts';
import type { PatchOperation } from '../../../src/rollout/object-change.ts';
import type { VirtualService } from '../../../src/traffic/istio/kinds.ts';
import {
  patchRoute,
  patchWeights,
  readRoute,
  releaseRoute,
  renderRoute,
} from '../../../src/traffic/istio/virtual-service.ts';
import { deployment, spec } from '../../build.ts';

const wish: TrafficWish = { deployment: deployment(), service: spec().service };
const exposed: TrafficWish = {
  ...wish,
  service: { ...wish.service, hosts: ['app.example.com', 'podinfo'], gateways: ['istio-system/public', 'mesh'] },
};

type Http = NonNullable<VirtualService['spec']['http']>;
const users = (http: Http, labels?: Record<string, string>): VirtualService => ({
  apiVersion: 'networking.istio.io/v1',
  kind: 'VirtualService',
  metadata: { name: 'podinfo', namespace: 'prod', resourceVersion: '7', ...(labels && { labels }) },
  spec: { hosts: ['podinfo'], http, exportTo: ['.'] },
});
const patched = (route: VirtualService, patch: readonly PatchOperation[]): VirtualService =>
  jsonPatch.applyPatch(structuredClone(route), patch as Parameters<typeof jsonPatch.applyPatch>[1], true)
    .newDocument as VirtualService;
const weights = ({ spec: { http = [] } }: VirtualService): (number | undefined)[][] =>
  http.map(({ route = [] }) => route.map(({ weight }) => weight));

const UNUSABLE = 'no HTTP route of VirtualService podinfo goes to the Service podinfo alone';
const ours = (weight: number) => renderRoute(wish, weight);
const both = (weight: number, host = 'podinfo') => [
  { destination: { host }, weight: 100 - weight },
  { destination: { host: host.replace('podinfo', 'podinfo-canary') }, weight },
];

const readings: Record<string, [VirtualService, object]> = {
  'one of ours at a weight': [ours(30), { weight: 30, stale: false }],
  'one of ours with another host': [
    { ...ours(30), spec: { ...ours(30).spec, hosts: ['podinfo', 'evil.example.com'] } },
    { weight: 30, stale: true },
  ],
  'one of ours without routes': [
    { ...ours(30), spec: { hosts: ['podinfo'] } },
    { weight: undefined, stale: true },
  ],
  "a user's, before it is adopted": [
    users([{ route: [{ destination: { host: 'podinfo' } }] }]),
    { weight: 0, stale: false },
  ],
  "a user's, by the full name of the host": [
    users([{ route: both(20, 'podinfo.prod.svc.cluster.local') }]),
    { weight: 20, stale: false },
  ],
  "a user's with several matches of one weight": [users([{ route: both(20) }, { route: both(20) }]), { weight: 20 }],
  "a user's whose routes do not agree": [users([{ route: both(20) }, { route: both(30) }]), { weight: undefined }],
  "a user's that does not sum to 100": [
    users([
      {
        route: [
          { destination: { host: 'podinfo' }, weight: 50 },
          { destination: { host: 'podinfo-canary' }, weight: 20 },
        ],
      },
    ]),
    { weight: undefined },
  ],
  "a user's that also goes elsewhere": [
    users([{ route: [{ destination: { host: 'redis' } }] }, { route: both(20) }]),
    { weight: 20, unusable: undefined },
  ],
  "a user's that never goes to the Deployment alone": [
    users([
      {
        route: [
          { destination: { host: 'podinfo' }, weight: 50 },
          { destination: { host: 'redis' }, weight: 50 },
        ],
      },
    ]),
    { weight: undefined, unusable: UNUSABLE },
  ],
  "a user's that splits the stable pods by subset": [
    users([
      {
        route: [
          { destination: { host: 'podinfo', subset: 'a' }, weight: 50 },
          { destination: { host: 'podinfo', subset: 'b' }, weight: 50 },
        ],
      },
    ]),
    { weight: undefined, unusable: UNUSABLE },
  ],
  'a host of that name in another namespace': [
    users([{ route: [{ destination: { host: 'podinfo.test.svc.cluster.local' } }] }]),
    { unusable: UNUSABLE },
  ],
  'a redirect': [users([{ redirect: { uri: '/' } }]), { unusable: UNUSABLE }],
};
for (const [claim, [route, wanted]] of Object.entries(readings))
  t.match(readRoute(route, wish), wanted, `reads ${claim}`);

t.same(
  renderRoute(exposed, 10).spec,
  {
    hosts: ['podinfo', 'app.example.com'],
    gateways: ['istio-system/public', 'mesh'],
    http: [{ route: both(10) }],
  },
  'a rendered route has every host and gateway once, and the mesh',
);
const http = {
  timeout: '15s',
  retries: { attempts: 3 },
  headers: { request: { set: { 'x-user': '1' } } },
  match: [{ uri: { prefix: '/api' } }],
  rewrite: { uri: '/' },
  corsPolicy: { allowOrigins: [{ exact: 'https://app.example.com' }] },
};
const wordy: TrafficWish = { ...wish, service: { ...wish.service, http } };
t.same(
  renderRoute(wordy, 10).spec.http,
  [{ ...http, route: both(10) }],
  'the one route says all that the settings say of it',
);
t.match(readRoute(renderRoute(wordy, 10), wordy), { weight: 10, stale: false }, 'and is read as it was rendered');
t.match(readRoute(ours(10), wordy), { weight: 10, stale: true }, 'settings that it does not have yet make it stale');
t.match(
  readRoute(renderRoute(wordy, 10), wish),
  { weight: 10, stale: true },
  'and those that it should not have any more',
);
t.same(
  patched(renderRoute(wordy, 30), patchWeights(renderRoute(wordy, 30), wish, 0)).spec.http,
  [{ ...http, route: both(0) }],
  'weights alone are patched in the words that the route has',
);
t.same(
  patched(renderRoute(wordy, 30), releaseRoute(renderRoute(wordy, 30), wish)).spec.http,
  [{ ...http, route: [{ destination: { host: 'podinfo' } }] }],
  'released, the words stay, as its user’s',
);
t.match(
  renderRoute(wish, 0).metadata,
  { name: 'podinfo', labels: { [ROLE]: 'route' }, ownerReferences: [{ uid: 'uid-podinfo' }] },
  'it is labelled and owned',
);
for (const weight of [0, 1, 50, 99, 100]) {
  const after = patched(ours(30), patchRoute(ours(30), wish, weight));
  t.same(
    [readRoute(after, wish).weight, readRoute(after, wish).stale],
    [weight, false],
    `a patch to ${weight} is read as ${weight}`,
  );
}
const stray = { ...ours(30), spec: { hosts: ['x'] } };
t.same(
  patched(stray, patchRoute(stray, exposed, 20)).spec,
  renderRoute(exposed, 20).spec,
  'all of one of ours is put right',
);

const rich = users(
  [
    { name: 'redirect', redirect: { uri: '/' } },
    {
      name: 'main',
      match: [{ uri: { prefix: '/' } }],
      retries: { attempts: 3 },
      route: [
        {
          destination: { host: 'podinfo.prod', port: { number: 9898 }, subset: 'stable' },
          headers: { request: { set: { a: 'b' } } },
        },
      ],
    },
    { route: [{ destination: { host: 'redis' } }] },
  ],
  { team: 'a' },
);
const adopted = patched(rich, patchRoute(rich, wish, 30));
t.same(
  adopted.metadata.labels,
  { team: 'a', [ROLE]: 'adopted-route' },
  "a user's route is labelled when it is adopted",
);
t.same(weights(adopted), [[], [70, 30], [undefined]], 'only the routes to the Deployment are weighed');
t.same(
  adopted.spec.http?.[1],
  {
    name: 'main',
    match: [{ uri: { prefix: '/' } }],
    retries: { attempts: 3 },
    route: [
      {
        ...{ destination: { host: 'podinfo.prod', port: { number: 9898 }, subset: 'stable' }, weight: 70 },
        headers: { request: { set: { a: 'b' } } },
      },
      {
        ...{ destination: { host: 'podinfo-canary', port: { number: 9898 } }, weight: 30 },
        headers: { request: { set: { a: 'b' } } },
      },
    ],
  },
  'everything else of them stays as it was; the canary is like the stable, without its subset',
);
t.same(adopted.spec['exportTo'], ['.'], 'fields that Headgate does not know are kept');
t.same(patchRoute(adopted, wish, 40).length, 1, 'it is adopted once');
t.same(weights(patched(adopted, patchRoute(adopted, wish, 0))), [[], [100, 0], [undefined]], 'back to 100 and 0');

const released = patched(adopted, releaseRoute(adopted, wish));
t.same([released.spec, released.metadata.labels], [rich.spec, { team: 'a' }], 'released, it is what its user wrote');
const left = patched(ours(40), releaseRoute(ours(40), wish));
t.same(
  left.spec.http,
  [{ route: [{ destination: { host: 'podinfo' } }] }],
  'one of ours is left with all traffic to the Deployment',
);
t.notOk(left.metadata.labels?.[ROLE], "and without Headgate's label");
