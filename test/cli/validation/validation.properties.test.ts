import fc from 'fast-check';
import t from 'tap';
import { unrenderedIn } from '../../../src/cli/validation/unrendered.ts';
import { validateObjects } from '../../../src/cli/validation/validation.ts';
import { PROVIDER } from '../../../src/traffic/providers.ts';
import { placesIn, put } from '../../places.ts';

type Value = Record<string, unknown>;

const pods = { app: 'shop', part: 'web' };
const whole: readonly Value[] = [
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: 'shop',
      namespace: 'prod',
      labels: { team: 'store' },
      annotations: {
        'headgate.dev/canary': 'true',
        'headgate.dev/interval': '30s',
        'headgate.dev/hosts': 'shop.example.com',
      },
    },
    spec: {
      replicas: 2,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } },
      selector: { matchLabels: pods, matchExpressions: [{ key: 'tier', operator: 'Exists' }] },
      template: {
        metadata: { labels: { ...pods, tier: 'a' }, annotations: { a: 'b' } },
        spec: {
          containers: [{ name: 'shop', image: 'shop:1', ports: [{ name: 'http', containerPort: 8080 }] }],
          initContainers: [{ name: 'proxy', restartPolicy: 'Always', ports: [{ containerPort: 9000 }] }],
          volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }],
        },
      },
    },
  },
  {
    apiVersion: 'headgate.dev/v1',
    kind: 'Canary',
    metadata: { name: 'store', namespace: 'prod' },
    spec: { targetRef: { name: 'store' }, service: { port: 80 }, selectorLabel: 'app' },
  },
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'store', namespace: 'prod' },
    spec: {
      selector: { matchLabels: { app: 'store' } },
      template: { metadata: { labels: { app: 'store' } }, spec: { containers: [{ name: 'store' }] } },
    },
  },
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'shop', namespace: 'prod', ownerReferences: [{ kind: 'Deployment', name: 'shop' }] },
    spec: { selector: { part: 'web' }, ports: [{ name: 'http', port: 80, targetPort: 'http' }] },
  },
  {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: 'shop-1',
      ownerReferences: [{ kind: 'Deployment' }],
      annotations: { 'headgate.dev/canary': 'true' },
    },
  },
];

const places = whole.flatMap((value, index) => placesIn(value).map((path) => ({ index, path })));
const strange = fc.oneof(
  fc.constant(undefined),
  fc.json().map((text): unknown => JSON.parse(text)),
);

void t.test('files may hold anything: it is judged, and nothing is thrown', async (t) => {
  const judged = validateObjects(whole.map(placed), PROVIDER);
  t.ok(
    judged.some(({ takes }) => takes !== undefined),
    'as it is, it is looked at to the end',
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom(...places), strange), { maxLength: 3 }), (changes) => {
      const objects = whole.map((value, index) =>
        changes
          .filter(([place]) => place.index === index)
          .reduce<unknown>((at, [{ path }, wanted]) => put(at, path, wanted), value),
      ) as Value[];
      unrenderedIn(objects.map(placed), () => true);
      validateObjects(objects.map(placed), PROVIDER);
    }),
    { numRuns: 2_000 },
  );
});

function placed(value: Value, index: number) {
  return { place: `document ${index + 1}`, value };
}
