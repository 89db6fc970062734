import t from 'tap';
import { canaryNames } from '../../../../src/rollout/workload/autoscaler/canary-names.ts';
import {
  type ScaledObject,
  type Trigger,
  turnedScaledObject,
  turnedTrigger,
} from '../../../../src/rollout/workload/autoscaler/scaled-object.ts';

const NAMES = canaryNames(['podinfo']);

const CPU: Trigger = { type: 'cpu', metricType: 'Utilization', metadata: { value: '60' } };
const prometheus = (query: string): Trigger => ({
  type: 'prometheus',
  metadata: { serverAddress: 'http://prometheus:9090', threshold: '100', query },
  authenticationRef: { name: 'metrics' },
});
const QUEUE: Trigger = {
  type: 'rabbitmq',
  name: 'orders',
  metadata: { queueName: 'orders', mode: 'QueueLength', value: '20' },
};

const table: Record<string, [Trigger, Trigger | undefined]> = {
  'cpu as it is': [CPU, CPU],
  'memory as it is': [{ type: 'memory' }, { type: 'memory' }],
  'a query by the name': [
    prometheus('sum(rate(requests{deployment="podinfo"}[2m]))'),
    prometheus('sum(rate(requests{deployment="podinfo-canary"}[2m]))'),
  ],
  'a query of everything': [prometheus('sum(rate(requests[2m]))'), undefined],
  'pods by a selector': [
    { type: 'kubernetes-workload', metadata: { podSelector: 'app=podinfo', value: '0.5' } },
    { type: 'kubernetes-workload', metadata: { podSelector: 'app=podinfo-canary', value: '0.5' } },
  ],
  'a queue, which both read': [QUEUE, undefined],
  'the time, which is the same for both': [
    { type: 'cron', metadata: { start: '0 8 * * *', desiredReplicas: '10' } },
    undefined,
  ],
};

for (const [claim, [trigger, wanted]] of Object.entries(table))
  t.test(`a trigger: ${claim}`, async (t) => t.strictSame(turnedTrigger(trigger, NAMES), wanted));

const scaled = (triggers: Trigger[], more: Partial<ScaledObject['spec']> = {}): ScaledObject => ({
  apiVersion: 'keda.sh/v1alpha1',
  kind: 'ScaledObject',
  metadata: { name: 'podinfo' },
  spec: { scaleTargetRef: { name: 'podinfo' }, maxReplicaCount: 20, pollingInterval: 15, triggers, ...more },
});

t.test('what is about the stable pods alone does not come over', async (t) => {
  const advanced = {
    restoreToOriginalReplicaCount: true,
    horizontalPodAutoscalerConfig: { name: 'podinfo', behavior: { scaleDown: {} } },
  };
  const given = scaled([CPU], { idleReplicaCount: 0, fallback: { failureThreshold: 3, replicas: 6 }, advanced });
  const { spec, isUsable } = turnedScaledObject(given, NAMES);
  t.strictSame(spec, {
    scaleTargetRef: { name: 'podinfo' },
    ...{ maxReplicaCount: 20, pollingInterval: 15 },
    advanced: { horizontalPodAutoscalerConfig: { behavior: { scaleDown: {} } } },
    triggers: [CPU],
  });
  t.ok(isUsable);
});

t.test('what is left out is said by its name', async (t) => {
  const { left, isUsable } = turnedScaledObject(scaled([CPU, QUEUE, { type: 'cron' }]), NAMES);
  t.same(left, ['trigger orders (rabbitmq)', 'trigger cron']);
  t.ok(isUsable);
});

t.test('a formula that names what is left out leaves nothing', async (t) => {
  const advanced = { scalingModifiers: { formula: 'orders / 2', target: '10' } };
  t.notOk(turnedScaledObject(scaled([CPU, QUEUE], { advanced }), NAMES).isUsable);
  t.ok(turnedScaledObject(scaled([CPU], { advanced }), NAMES).isUsable);
});
