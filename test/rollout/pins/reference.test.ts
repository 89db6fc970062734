import t from 'tap';
import type { PodSpec } from '../../../src/rollout/kube.ts';
import { configKey, referencesOf } from '../../../src/rollout/pins/reference.ts';

const CONTAINER = { name: 'app', image: 'app:1' };
const of = (spec: Partial<PodSpec>): string[] =>
  referencesOf({ spec: { containers: [CONTAINER], ...spec } }).map(
    (one) => `${configKey(one)}${one.optional ? '?' : ''}`,
  );
const volume = (source: object): Partial<PodSpec> => ({ volumes: [{ name: 'v', ...source }] });
const env = (valueFrom: object): object => ({
  env: [
    { name: 'PLAIN', value: 'x' },
    { name: 'A', valueFrom },
  ],
});
const container = (more: object): Partial<PodSpec> => ({ containers: [{ ...CONTAINER, ...more }] });

const ROWS: Record<string, [Partial<PodSpec>, string[]]> = {
  none: [{}, []],
  'an empty list that is null': [{ volumes: null } as unknown as Partial<PodSpec>, []],
  'volume of a ConfigMap': [volume({ configMap: { name: 'a' } }), ['configmap/a']],
  'volume of a Secret': [volume({ secret: { secretName: 'a' } }), ['secret/a']],
  'volume of some keys, that may be missing': [
    volume({ configMap: { name: 'a', optional: true, items: [{ key: 'k', path: 'p' }] } }),
    ['configmap/a?'],
  ],
  'projected volume': [
    volume({
      projected: { sources: [{ secret: { name: 's' } }, { serviceAccountToken: {} }, { configMap: { name: 'c' } }] },
    }),
    ['configmap/c', 'secret/s'],
  ],
  'projected volume without sources': [volume({ projected: {} }), []],
  'other volumes': [volume({ emptyDir: {}, csi: { nodePublishSecretRef: { name: 'x' } } }), []],
  'variable of a ConfigMap': [container(env({ configMapKeyRef: { name: 'a', key: 'k' } })), ['configmap/a']],
  'variable of a Secret': [container(env({ secretKeyRef: { name: 'a', key: 'k', optional: true } })), ['secret/a?']],
  'variable of the pod itself': [container(env({ fieldRef: { fieldPath: 'metadata.name' } })), []],
  'all variables of a ConfigMap': [
    container({ envFrom: [{ prefix: 'P_', configMapRef: { name: 'a' } }] }),
    ['configmap/a'],
  ],
  'all variables of a Secret': [container({ envFrom: [{ secretRef: { name: 'a', optional: true } }] }), ['secret/a?']],
  'init containers and native sidecars': [
    {
      initContainers: [
        { ...CONTAINER, ...env({ configMapKeyRef: { name: 'i', key: 'k' } }) },
        { ...CONTAINER, restartPolicy: 'Always', envFrom: [{ secretRef: { name: 's' } }] },
      ],
    },
    ['configmap/i', 'secret/s'],
  ],
  'each once; optional only if all references say so': [
    {
      ...volume({ configMap: { name: 'b', optional: true } }),
      ...container({ envFrom: [{ configMapRef: { name: 'b' } }, { configMapRef: { name: 'a', optional: true } }] }),
    },
    ['configmap/a?', 'configmap/b'],
  ],
  'the name alone does not tell the kind': [
    container({ envFrom: [{ configMapRef: { name: 'a' } }, { secretRef: { name: 'a' } }] }),
    ['configmap/a', 'secret/a'],
  ],
  'no name': [container({ envFrom: [{ configMapRef: {} }] }), []],
  'what pulls images': [{ imagePullSecrets: [{ name: 'registry' }] }, []],
};

for (const [name, [spec, wanted]] of Object.entries(ROWS)) {
  void t.test(name, async (t) => t.same(of(spec), wanted));
}
