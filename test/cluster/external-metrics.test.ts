import t from 'tap';
import { openRig } from '../rig/rig.ts';
import { App } from './support/app.ts';
import { MetricsAdapter } from './support/metrics-adapter.ts';

const rig = openRig();
t.teardown(() => rig.close());

/** What the chart's value `metricTemplates.externalMetrics` gives the scheduler. */
const RIGHT = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'Role',
  metadata: { name: 'external-metrics' },
  rules: [{ apiGroups: ['external.metrics.k8s.io'], resources: ['*'], verbs: ['get', 'list'] }],
};
const QUEUE = {
  apiVersion: 'headgate.dev/v1',
  kind: 'MetricTemplate',
  metadata: { name: 'queue' },
  spec: { provider: { type: 'externalmetrics' }, query: 'queue_length?labelSelector=app%3D{{ target }}' },
};
const METRICS = '- {name: queue, templateRef: {name: queue}, thresholdRange: {max: 10}, interval: 3s}';

t.test('a release passes and fails by Kubernetes’ external metrics', async (t) => {
  const annotations = { 'step-weights': '50', interval: '3s', threshold: '2', metrics: METRICS };
  const app = await App.deploy(rig, 'external', { replicas: 1, annotations });
  const adapter = new MetricsAdapter(rig, app.namespace, '10.244.255.79');
  t.teardown(() => adapter.stop());
  await adapter.start();
  await app.apply(QUEUE);
  await app.enrol();

  await app.release('1.4.1');
  t.match(await app.told('CheckError'), /queue cannot be measured: externalmetrics refuses/, 'without the right');
  await app.apply(RIGHT);
  const account = '--serviceaccount=headgate:headgate-scheduler';
  await app.kubectl(['create', 'rolebinding', 'external-metrics', '--role=external-metrics', account]);
  adapter.value = '7500m';
  await app.phase('Succeeded');
  t.match(adapter.asked[0], `/namespaces/${app.namespace}/queue_length?labelSelector=app%3D${app.name}`);

  adapter.value = '11';
  await app.release('1.4.2');
  await app.phase('Failed');
  t.match(
    await app.told('ThresholdReached'),
    /queue 11 > 10 \(externalmetrics, by MetricTemplate external-\w+\/queue\)/,
  );
  await adapter.stop();
  await app.delete();
});
