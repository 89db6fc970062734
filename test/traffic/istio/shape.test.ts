import fc from 'fast-check';
import t from 'tap';
import type { KubeObject } from '../../../src/rollout/kube.ts';
import { istio } from '../../../src/traffic/istio/provider.ts';
import { NAME, NAMESPACE, rule, trafficWishOf } from '../../build.ts';
import { placesIn, put } from '../../places.ts';

const object = (kind: string, spec: unknown): KubeObject => ({
  apiVersion: 'networking.istio.io/v1',
  kind,
  metadata: { name: NAME, namespace: NAMESPACE },
  spec,
});
const to = (host: string) => ({ destination: { host, port: { number: 80 } }, weight: 100 });

const whole: readonly KubeObject[] = [
  object('VirtualService', {
    hosts: [NAME, 'app.example.com'],
    gateways: ['mesh', 'public'],
    exportTo: ['.'],
    http: [
      { name: 'testers', match: [{ headers: { end: { exact: 'a' } }, gateways: ['mesh'] }], route: [to(NAME)] },
      {
        match: [{ uri: { prefix: '/' }, port: 80, sourceLabels: { a: 'b' } }],
        route: [to(NAME)],
        mirror: { host: NAME },
      },
      { delegate: { name: 'other', namespace: NAMESPACE } },
    ],
    tcp: [{ match: [{ port: 9000, destinationSubnets: ['10.0.0.0/8'] }], route: [to(NAME)] }],
    tls: [{ match: [{ port: 443, sniHosts: [NAME] }], route: [to(NAME)] }],
  }),
  object('Gateway', {
    servers: [{ port: { number: 80, protocol: 'HTTP' }, hosts: ['*'], tls: { mode: 'SIMPLE' } }],
  }),
  rule(),
];

t.test('what is of the right shape is readable', async (t) => {
  for (const entry of whole) t.ok(istio.isReadable(entry), entry.kind ?? '');
  t.ok(istio.isReadable({ kind: 'Gateway', metadata: { name: 'a' } }), 'without a spec it says nothing');
  t.notOk(istio.isReadable({ kind: 'ConfigMap', metadata: { name: 'a' } }), 'another kind is no business of it');
});

const wrong: Record<string, KubeObject> = {
  'rules that are no list': object('VirtualService', { http: { route: [] } }),
  'a destination without a host': object('VirtualService', { http: [{ route: [{ destination: {} }] }] }),
  'a port that is text': object('VirtualService', { http: [{ route: [{ destination: { host: NAME, port: '80' } }] }] }),
  'hosts that are text': object('VirtualService', { hosts: NAME }),
  'a match that is a list': object('VirtualService', { http: [{ match: [[]] }] }),
  'a server without hosts': object('Gateway', { servers: [{ port: { number: 80, protocol: 'HTTP' } }] }),
  'a rule for nobody': object('DestinationRule', { trafficPolicy: {} }),
  'labels that are a list': { ...object('VirtualService', {}), metadata: { name: NAME, labels: [] as never } },
};

for (const [sentence, entry] of Object.entries(wrong)) {
  t.test(`not readable: ${sentence}`, async (t) => t.notOk(istio.isReadable(entry)));
}

const places = whole.flatMap((entry, index) => placesIn(entry).map((path) => ({ index, path })));
const strange = fc.oneof(
  fc.constant(undefined),
  fc.json().map((text): unknown => JSON.parse(text)),
);

t.test('nothing that is readable breaks a reading, whatever stands in its place', async () => {
  const wish = trafficWishOf({ gateways: [`${NAMESPACE}/${NAME}`] });
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom(...places), strange), { maxLength: 3 }), (changes) => {
      const objects = whole.map((entry, index) =>
        changes
          .filter(([place]) => place.index === index && place.path[0] !== 'kind')
          .reduce<unknown>((at, [{ path }, wanted]) => put(at, path, wanted), entry),
      ) as KubeObject[];
      const readable = objects.filter((entry) => istio.isReadable(entry));
      istio.references?.(readable, wish);
      istio.read(readable, wish);
      istio.preview(readable, wish);
    }),
    { numRuns: 2_000 },
  );
});
