import t from 'tap';
import type { LabelSelector } from '../../../../src/rollout/kube.ts';
import { canaryNames } from '../../../../src/rollout/workload/autoscaler/canary-names.ts';
import {
  type HorizontalMetric,
  type HorizontalPodAutoscaler,
  turnedHorizontal,
  turnedMetric,
} from '../../../../src/rollout/workload/autoscaler/horizontal.ts';

const NAMES = canaryNames(['podinfo', 'web', 'podinfo-app']);
const target = { type: 'AverageValue', averageValue: '10' };

const external = (selector?: LabelSelector, name = 'queue_messages_ready'): HorizontalMetric => ({
  type: 'External',
  external: { metric: { name, ...(selector && { selector }) }, target },
});
const object = (kind: string, name: string, selector?: LabelSelector): HorizontalMetric => ({
  type: 'Object',
  object: {
    describedObject: { apiVersion: 'v1', kind, name },
    metric: { name: 'requests-per-second', ...(selector && { selector }) },
    target,
  },
});
const pods = (selector?: LabelSelector): HorizontalMetric => ({
  type: 'Pods',
  pods: { metric: { name: 'packets-per-second', ...(selector && { selector }) }, target },
});

/** What each becomes; undefined: it is left out. The shapes are those that the documentation of Kubernetes and of adapters has. */
const table: Record<string, [HorizontalMetric, HorizontalMetric | undefined]> = {
  'cpu as it is': (() => {
    const metric = {
      type: 'Resource',
      resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } },
    };
    return [metric, metric] as const;
  })() as [HorizontalMetric, HorizontalMetric],
  'memory of one container as it is': (() => {
    const metric = {
      type: 'ContainerResource',
      containerResource: {
        name: 'memory',
        container: 'podinfo',
        target: { type: 'AverageValue', averageValue: '1Gi' },
      },
    };
    return [metric, metric] as const;
  })() as [HorizontalMetric, HorizontalMetric],
  'figures of pods as they are': [pods(), pods()],
  'figures of pods that name the Deployment': [
    pods({ matchLabels: { deployment: 'podinfo', verb: 'GET' } }),
    pods({ matchLabels: { deployment: 'podinfo-canary', verb: 'GET' } }),
  ],
  'an Ingress, which is for both': [object('Ingress', 'main-route'), undefined],
  'an Ingress of the name, which is for both too': [object('Ingress', 'podinfo'), undefined],
  'an Ingress, by a selector of the Service': [
    object('Ingress', 'main-route', { matchLabels: { exported_service: 'web' } }),
    object('Ingress', 'main-route', { matchLabels: { exported_service: 'web-canary' } }),
  ],
  'the Service, which the canary has one of': [object('Service', 'web'), object('Service', 'web-canary')],
  'the Deployment': [object('Deployment', 'podinfo'), object('Deployment', 'podinfo-canary')],
  'another Service': [object('Service', 'cache'), undefined],
  'a queue, which both read': [external({ matchLabels: { queue: 'orders' } }), undefined],
  'a queue without a selector': [external(), undefined],
  'an outside metric by the workload': [
    external({ matchLabels: { destination_workload: 'podinfo', reporter: 'destination' } }),
    external({ matchLabels: { destination_workload: 'podinfo-canary', reporter: 'destination' } }),
  ],
  'by the value of the selector label': [
    external({ matchLabels: { app: 'podinfo-app' } }),
    external({ matchLabels: { app: 'podinfo-app-canary' } }),
  ],
  'by an expression': [
    external({ matchExpressions: [{ key: 'deployment', operator: 'In', values: ['podinfo'] }] }),
    external({ matchExpressions: [{ key: 'deployment', operator: 'In', values: ['podinfo-canary'] }] }),
  ],
  'an expression without values': [external({ matchExpressions: [{ key: 'podinfo', operator: 'Exists' }] }), undefined],
  'by the host of the Service': [
    external({ matchLabels: { host: 'web.prod.svc.cluster.local' } }),
    external({ matchLabels: { host: 'web-canary.prod.svc.cluster.local' } }),
  ],
  'a name that only begins like it': [external({ matchLabels: { deployment: 'podinfo-cache' } }), undefined],
  'a kind that comes later': [
    { type: 'Novel', novel: { x: 1 } },
    { type: 'Novel', novel: { x: 1 } },
  ],
};

for (const [claim, [metric, wanted]] of Object.entries(table))
  t.test(`a metric: ${claim}`, async (t) => t.strictSame(turnedMetric(metric, NAMES), wanted));

const autoscaler = (...metrics: HorizontalMetric[]): HorizontalPodAutoscaler => ({
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'podinfo' },
  spec: {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'podinfo' },
    ...{ minReplicas: 2, maxReplicas: 10, metrics },
    behavior: { scaleDown: { stabilizationWindowSeconds: 60 } },
  },
});

t.test('behaviour stays, what measures both is left out and said', async (t) => {
  const { spec, isUsable, left } = turnedHorizontal(
    autoscaler(pods(), external({ matchLabels: { queue: 'orders' } }), object('Ingress', 'main')),
    NAMES,
  );
  t.same(spec.metrics, [pods()]);
  t.match(spec, { behavior: { scaleDown: { stabilizationWindowSeconds: 60 } } });
  t.ok(isUsable);
  t.same(left, ['External metric queue_messages_ready', 'Object metric requests-per-second of Ingress main']);
});

t.test('nothing is made of one that measures both alone', async (t) => {
  t.notOk(turnedHorizontal(autoscaler(external()), NAMES).isUsable);
});
