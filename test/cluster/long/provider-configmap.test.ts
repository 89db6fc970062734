import { fileURLToPath } from 'node:url';
import t from 'tap';
import { Product } from '../../rig/product.ts';
import { type Json, openRig, waitFor } from '../../rig/rig.ts';
import { App } from '../support/app.ts';
import { servedAll } from '../support/failures.ts';
import { Router } from '../support/router.ts';
import { shareOf, underHold } from '../support/share.ts';

/**
 * The whole of Headgate on something that is no mesh: its scheduler with a provider that keeps shares in a ConfigMap, and a
 * router that follows it. The webhook is the usual one.
 */
const SCHEDULER = fileURLToPath(new URL('../../traffic/configmap/main.ts', import.meta.url));
const PLAN = [20, 50];
const ANALYSIS = {
  'step-weights': PLAN.join(),
  interval: '3s',
  metrics: '[{name: always, query: "vector(1)", thresholdRange: {min: 1}}]',
};
/** Of the requests at a weight: those that come while it begins and ends are counted too. */
const TOLERANCE = 0.03;

const rig = openRig();
const product = new Product(rig, { schedulerProgram: SCHEDULER, env: { HEADGATE_ROUTE_SETTLE: '1s' } });
t.before(async () => {
  await rig.kubectl(['apply', '-f', '-'], { input: rights() });
  await product.start();
});
t.teardown(async () => {
  await product.stop();
  await rig.kubectl(['delete', '-f', '-'], { input: rights() });
  await rig.close();
});

/** What the scheduler may do for this provider, besides what it may anyway. */
function rights(): object {
  const name = 'headgate-scheduler-configmaps';
  const verbs = ['get', 'list', 'watch', 'create', 'patch', 'delete'];
  const group = 'rbac.authorization.k8s.io';
  const apiVersion = `${group}/v1`;
  const role = {
    apiVersion,
    kind: 'ClusterRole',
    metadata: { name },
    rules: [{ apiGroups: [''], resources: ['configmaps'], verbs }],
  };
  const subjects = [{ kind: 'ServiceAccount', name: 'headgate-scheduler', namespace: 'headgate' }];
  const roleRef = { apiGroup: group, kind: 'ClusterRole', name };
  const binding = { apiVersion, kind: 'ClusterRoleBinding', metadata: { name }, roleRef, subjects };
  return { apiVersion: 'v1', kind: 'List', items: [role, binding] };
}

/** As the user of a Deployment that already has traffic wrote it. */
const serviceOf = ({ name }: App): object => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name },
  spec: { selector: { app: name }, ports: [{ name: 'http', port: 9898 }] },
});

const routeOf = ({ namespace, name }: App): Promise<Json> =>
  rig.api.find(`/api/v1/namespaces/${namespace}/configmaps/${name}`);

async function optIn(app: App): Promise<void> {
  const words = Object.entries(app.annotations()).map(([key, value]) => `${key}=${value}`);
  await app.kubectl(['annotate', `deployment/${app.name}`, ...words]);
  await app.phase('Initialized');
}

t.test('a release is carried on, and taken back, by shares in a ConfigMap', async (t) => {
  const app = await App.deploy(rig, 'configmap', { annotations: ANALYSIS });
  await app.apply(serviceOf(app));
  const router = new Router(app);
  await router.start();
  t.teardown(() => router.close());
  const load = router.load(100);
  t.teardown(() => load.stop());

  await optIn(app);
  const made = await waitFor('its route', () => routeOf(app));
  t.same(made.data, { stable: '100', canary: '0' }, 'enrolled, all goes to the Deployment');
  t.match(made.metadata, {
    labels: { 'headgate.dev/role': 'route' },
    ownerReferences: [{ kind: 'Deployment', name: app.name }],
  });

  await app.release('1.4.1');
  await app.phase('Succeeded');
  t.same(
    router.steps.map(({ weight }) => weight),
    [0, ...PLAN, 0],
    'the release took every step, once',
  );
  for (const step of underHold(app, router.steps)) {
    const { share, requests } = shareOf(load, step, '1.4.1');
    if (step.weight > 0)
      t.ok(
        Math.abs(share - step.weight / 100) < TOLERANCE && requests > 100,
        `${share} of ${requests} at ${step.weight} %`,
      );
  }
  t.same(await app.stableTags(), ['1.4.1'], 'and is promoted');

  await app.release('1.4.2');
  await app.atWeight(20);
  await app.command('abort');
  await app.phase('Failed');
  t.match(await routeOf(app), { data: { stable: '100', canary: '0' } }, 'aborted, all goes to the Deployment');
  t.same(await app.stableTags(), ['1.4.1'], 'which was left as it was');

  await app.release('1.4.1');
  await app.phase('Initialized');
  await app.kubectl(['annotate', `deployment/${app.name}`, 'headgate.dev/canary-']);
  await waitFor('the record to be gone', async () => (await app.record()) === undefined);
  await waitFor('the canary to be gone', async () => (await app.canaryDeployment()) === undefined);
  const left = await routeOf(app);
  t.same(left.data, { stable: '100' }, 'opted out, the ConfigMap has no word of the canary');
  t.notOk(left.metadata.labels['headgate.dev/role'], 'and is its user’s');
  await servedAll(t, load);
  t.same(rig.audit.find({ resource: 'virtualservices', namespace: app.namespace }), [], 'nobody asked for a mesh');
  await app.delete();
});
