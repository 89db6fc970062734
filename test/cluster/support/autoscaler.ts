import { type Json, waitFor } from '../../rig/rig.ts';
import type { App } from './app.ts';

/** As a user writes it for their Deployment. @param millicores that a pod is to use */
export const autoscalerFor = ({ name }: App, millicores: number): object => ({
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name },
  spec: {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
    ...{ minReplicas: 2, maxReplicas: 10 },
    metrics: [
      { type: 'Resource', resource: { name: 'cpu', target: { type: 'AverageValue', averageValue: `${millicores}m` } } },
    ],
    behavior: { scaleUp: { stabilizationWindowSeconds: 1 } },
  },
});

/** One of a name; undefined when there is none. */
export const autoscalerOf = ({ rig, namespace }: App, name: string): Promise<Json> =>
  rig.api.find(`/apis/autoscaling/v2/namespaces/${namespace}/horizontalpodautoscalers/${name}`);

/** What it says of itself. */
export async function conditionOf(app: App, name: string, type: string): Promise<Json> {
  const { status = {} } = (await autoscalerOf(app, name)) ?? {};
  return (status.conditions ?? []).find((condition: Json) => condition.type === type);
}

/** The sizes of Deployment and canary, once they are as wanted. */
export function sizes(app: App, what: string, holds: (stable: number, canary: number) => boolean) {
  return waitFor(
    what,
    async () => {
      const [stable, canary] = await Promise.all([app.deployment(), app.canaryDeployment()]);
      const seen = { stable: stable.spec.replicas as number, canary: (canary?.spec.replicas ?? 0) as number };
      if (holds(seen.stable, seen.canary)) return seen;
      throw new Error(JSON.stringify(seen));
    },
    { timeoutMs: 60_000 },
  );
}

/** Asks for a size as the controller of HorizontalPodAutoscalers does. */
export function scaleByItself(app: App, replicas: number) {
  const scale = {
    ...{ apiVersion: 'autoscaling/v1', kind: 'Scale' },
    metadata: { name: app.name, namespace: app.namespace },
    spec: { replicas },
  };
  const account = 'system:serviceaccount:kube-system:horizontal-pod-autoscaler';
  const path = `${app.path('deployments', app.name)}/scale`;
  return app.rig.kubectl(['replace', `--as=${account}`, '--raw', path, '-f', '-'], {
    ...{ input: JSON.stringify(scale), expectFail: true },
  });
}

/** Canaries of Deployments that do not exist, as many as a large namespace has. */
export async function crowd({ rig, namespace }: App, count: number): Promise<void> {
  const path = `/apis/headgate.dev/v1/namespaces/${namespace}/canaries`;
  const makeOne = (index: number) =>
    rig.api.create(path, {
      apiVersion: 'headgate.dev/v1',
      kind: 'Canary',
      metadata: { name: `other-${index}` },
      spec: {
        targetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: `other-${index}` },
        service: { port: 9898 },
      },
    });
  const indices = Array.from({ length: count }, (_, index) => index);
  for (let from = 0; from < count; from += 20) await Promise.all(indices.slice(from, from + 20).map(makeOne));
}
