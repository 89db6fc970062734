import { canonical } from '../../../src/rollout/workload/template.ts';
import type { Json } from '../../rig/rig.ts';

/** A pod that refers to ConfigMap and Secret `app` in every way there is, and to others that nothing pins. */
export function referringPod(namespace: string, pins: string): Json {
  const container = (name: string): Json => ({
    name,
    image: 'podinfo:1.4.0',
    env: [
      { name: 'PLAIN', value: 'x' },
      { name: 'CONFIG', valueFrom: { configMapKeyRef: { name: 'app', key: 'a' } } },
      { name: 'SECRET', valueFrom: { secretKeyRef: { name: 'app', key: 'a', optional: true } } },
      { name: 'OTHER', valueFrom: { configMapKeyRef: { name: 'other', key: 'a' } } },
    ],
    envFrom: [
      { configMapRef: { name: 'app' } },
      { configMapRef: { name: 'app' } },
      { secretRef: { name: 'app' } },
      { secretRef: { name: 'other' } },
    ],
  });
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'referring', namespace, annotations: { 'headgate.dev/config': pins } },
    spec: {
      initContainers: [container('init'), { ...container('sidecar'), restartPolicy: 'Always' }],
      containers: [container('first'), { name: 'bare', image: 'podinfo:1.4.0' }, container('last')],
      volumes: [
        { name: 'config', configMap: { name: 'app' } },
        { name: 'secret', secret: { secretName: 'app' } },
        { name: 'empty', emptyDir: {} },
        {
          name: 'both',
          projected: {
            sources: [{ secret: { name: 'other' } }, { configMap: { name: 'app' } }, { secret: { name: 'app' } }],
          },
        },
      ],
    },
  };
}

/** Every name of a ConfigMap or Secret in a pod, in the order of where it stands. */
export function namesIn({ spec }: Json): string[] {
  const own = spec.volumes.filter(({ name }: Json) => !name.startsWith('kube-api-access'));
  return (
    canonical([spec.initContainers, spec.containers, own])
      .match(/"(configMap|secret|configMapRef|secretRef|configMapKeyRef|secretKeyRef)":\{[^}]*\}/g)
      ?.map((text) => {
        const [, kind = '', fields = '{}'] = /^"(\w+?)(?:Ref|KeyRef)?":(.*)$/.exec(text) ?? [];
        const { name, secretName } = JSON.parse(fields) as Record<string, string>;
        return `${kind}/${name ?? secretName}`;
      }) ?? []
  );
}
