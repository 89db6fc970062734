import fc from 'fast-check';
import jsonPatch from 'fast-json-patch';
import t from 'tap';
import { CONFIG } from '../../../src/rollout/keys.ts';
import type { Pod } from '../../../src/rollout/kube.ts';
import { snapshotNames } from '../../../src/rollout/pins/pod-names.ts';
import { referencesOf } from '../../../src/rollout/pins/reference.ts';
import { pinnedPods } from './pods.ts';

function withNames(pod: Pod): Pod {
  const patch = snapshotNames(pod).map(({ path, name }) => ({ op: 'replace' as const, path, value: name }));
  return jsonPatch.applyPatch(structuredClone(pod), patch, true).newDocument;
}

const KINDS: Record<string, string> = {
  configMap: 'configmap/',
  configMapRef: 'configmap/',
  configMapKeyRef: 'configmap/',
  secret: 'secret/',
  secretRef: 'secret/',
  secretKeyRef: 'secret/',
};

/** What the policy says, as a walk over all that there is: a field by which an object is referred to has the first pin's name. */
function asThePolicy({ metadata, spec }: Pod): unknown {
  const pins = (metadata.annotations?.[CONFIG] ?? '')
    .split(',')
    .map((pin) => pin.split('='))
    .filter(({ length }) => length === 2);
  const nameFor = (key: string, own: unknown) => pins.find(([of]) => of === key)?.[1] ?? own;
  const walked = (value: unknown, prefix?: string): unknown => {
    if (Array.isArray(value)) return value.map((item) => walked(item));
    if (typeof value !== 'object' || value === null) return value;
    const fields = Object.entries(value).map(([field, inner]) =>
      prefix !== undefined && (field === 'name' || field === 'secretName')
        ? [field, nameFor(`${prefix}${inner}`, inner)]
        : [field, walked(inner, KINDS[field])],
    );
    return Object.fromEntries(fields);
  };
  return walked(spec);
}

t.test('a pod gets the names that the policy says, and nothing else changes', async (t) => {
  fc.assert(
    fc.property(pinnedPods, (pod) => {
      const { spec, ...others } = withNames(pod);
      t.strictSame(spec, asThePolicy(pod));
      const { spec: _, ...same } = pod;
      t.strictSame(others, same);
    }),
    { numRuns: 300 },
  );
});

t.test('asked again, there is nothing to do', async (t) => {
  fc.assert(fc.property(pinnedPods, (pod) => t.strictSame(snapshotNames(withNames(pod)), [])));
});

t.test('a pod that runs on snapshots refers to none of what they stand for', async (t) => {
  fc.assert(
    fc.property(pinnedPods, (pod) => {
      const pinned = (pod.metadata.annotations?.[CONFIG] ?? '').split(',').map((pin) => pin.split('='));
      const keys = pinned.filter(({ length }) => length === 2).map(([key]) => key);
      const left = referencesOf(withNames(pod)).filter(({ kind, name }) => keys.includes(`${kind}/${name}`));
      t.strictSame(left, []);
    }),
  );
});

t.test('a container for debugging is added to a pod that runs, and keeps its names', async (t) => {
  const from = { envFrom: [{ configMapRef: { name: 'app' } }] };
  const pod: Pod = {
    metadata: { name: 'p', annotations: { [CONFIG]: 'configmap/app=app-1' } },
    spec: {
      containers: [{ name: 'c', ...from }],
      ephemeralContainers: [{ name: 'debug', ...from }],
    } as unknown as Pod['spec'],
  };
  t.same(snapshotNames(pod), [{ path: '/spec/containers/0/envFrom/0/configMapRef/name', name: 'app-1' }]);
});
