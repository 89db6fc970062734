import fc from 'fast-check';
import { CONFIG } from '../../../src/rollout/keys.ts';
import type { Pod } from '../../../src/rollout/kube.ts';

const NAMES = ['app', 'db', 'other'] as const;
const name = fc.constantFrom(...NAMES);
const some = <T>(one: fc.Arbitrary<T>) => fc.array(one, { maxLength: 3 });

const variable = fc.oneof(
  name.map((of) => ({ valueFrom: { configMapKeyRef: { name: of, key: 'a' } } })),
  name.map((of) => ({ valueFrom: { secretKeyRef: { name: of, key: 'a', optional: true } } })),
  fc.constant({ valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }),
  fc.constant({ value: 'app' }),
);
const allVariables = fc.oneof(
  name.map((of) => ({ configMapRef: { name: of } })),
  name.map((of) => ({ prefix: 'P_', secretRef: { name: of } })),
);
const source = fc.oneof(
  name.map((of) => ({ configMap: { name: of } })),
  name.map((of) => ({ secret: { name: of, optional: true } })),
  fc.constant({ serviceAccountToken: { path: 'token' } }),
);
const volume = fc.oneof(
  name.map((of) => ({ configMap: { name: of } })),
  name.map((of) => ({ secret: { secretName: of } })),
  some(source).map((sources) => ({ projected: { sources } })),
  fc.constant({ emptyDir: {} }),
);
const container = fc
  .record({ env: some(variable), envFrom: some(allVariables) }, { requiredKeys: [] })
  .map(({ env, ...more }) => ({
    ...more,
    ...(env && { env: env.map((entry, index) => ({ name: `V${index}`, ...entry })) }),
  }));

/** Of annotations, most are pins and some are words that are none. */
const pin = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(fc.constantFrom('configmap', 'secret'), name, fc.constantFrom('x-1', 'x-2')) },
  { weight: 1, arbitrary: fc.constantFrom('', ' ', '=', 'configmap/app', 'configmap/app=x=y', 'configmap/none=x-1') },
);
const pins = fc
  .array(pin, { maxLength: 5 })
  .map((list) => list.map((one) => (typeof one === 'string' ? one : `${one[0]}/${one[1]}=${one[2]}`)).join());

/** Pods that refer to ConfigMaps and Secrets in every way, with pins for some of them. An API server takes each. */
export const pinnedPods: fc.Arbitrary<Pod> = fc
  .record({
    pins,
    volumes: some(volume),
    init: some(container),
    containers: fc.array(container, { minLength: 1, maxLength: 2 }),
  })
  .map(({ pins: text, volumes, init, containers }) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'referring', annotations: { [CONFIG]: text } },
    spec: {
      volumes: volumes.map((of, index) => ({ name: `v${index}`, ...of })),
      initContainers: init.map((of, index) => ({ name: `i${index}`, image: 'podinfo:1.4.0', ...of })),
      containers: containers.map((of, index) => ({ name: `c${index}`, image: 'podinfo:1.4.0', ...of })),
    },
  }));
