import t, { type Test } from 'tap';
import { KubeClient } from '../../../src/cluster/client.ts';
import { loadCredentials } from '../../../src/cluster/credentials.ts';
import { loadConfig } from '../../../src/config.ts';
import type { CanaryStatus } from '../../../src/rollout/machine/status.ts';
import { runUninstall } from '../../../src/run-uninstall.ts';
import { RouteRights } from '../../../src/scheduler/world/route-rights.ts';
import { istio } from '../../../src/traffic/istio/provider.ts';
import { Product, ProductProcess } from '../../rig/product.ts';
import { openRig, waitFor } from '../../rig/rig.ts';
import type { App } from '../support/app.ts';
import { servedAll } from '../support/failures.ts';
import { FarRoute } from '../support/far-route.ts';
import { optIn, release, routeMissing } from '../support/user-app.ts';

/** A route of another namespace, where Headgate may not change it, and when Headgate goes. */
const rig = openRig();
const far = await FarRoute.deployed(rig, 'kept', { 'step-weights': '20', interval: '10m' });
const closed = await FarRoute.deployed(rig, 'closed', { 'step-weights': '20', interval: '10m' });
const product = new Product(rig, { env: { HEADGATE_EXCLUDED_NAMESPACES: closed.edge.namespace } });
await product.start();
t.setTimeout(280_000);
t.teardown(async () => {
  await product.stop();
  await rig.close();
});

t.test('in a namespace that is excluded it is left alone, and the condition says so', async (t) => {
  const { app, edge } = closed;
  const before = await closed.get();
  await optIn(app);
  const { conditions } = await app.until('its condition', (status) => routeMissing(status) !== undefined);
  const words = new RegExp(`${edge.namespace} is excluded from this installation`);
  t.match(
    conditions.find(({ type }) => type === 'RouteMissing'),
    { status: 'True', reason: 'RouteForbidden', message: words },
  );
  await release(app, '1.4.1');
  t.match((await app.phase('Waiting')).release, { reason: 'RouteForbidden', message: words });
  t.notOk(await app.canaryDeployment(), 'nothing is made');
  t.equal((await closed.get()).metadata.resourceVersion, before.metadata.resourceVersion, 'and nothing is written');
  await app.kubectl(['annotate', 'deployment/podinfo', 'headgate.dev/routes-']);
  await app.atWeight(20);
  await closed.delete();
});

t.test('what its account lacks is named, and known again soon after it is given', async (t) => {
  const { edge } = far;
  await edge.kubectl(['create', 'serviceaccount', 'scheduler']);
  const kubeconfig = await rig.serviceAccountKubeconfig(edge.namespace, 'scheduler');
  const client = new KubeClient({ credentials: await loadCredentials({ kubeconfig }), userAgent: 'test/1' });
  t.teardown(() => client.close());
  let now = 0;
  const rights = new RouteRights({ client, provider: istio, namespaces: [], excludedNamespaces: [], clock: () => now });
  const why = async () => (await rights.closed([edge.namespace])).get(edge.namespace);
  t.match(
    await why(),
    /no right there to list virtualservices\.networking\.istio\.io, .*patch virtualservices.*; give it that/,
  );
  const rule = (resources: string[], verbs: string[]) => ({ apiGroups: ['networking.istio.io'], resources, verbs });
  await edge.apply({
    ...{ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata: { name: 'routes' } },
    rules: [rule(['virtualservices', 'destinationrules'], ['get', 'list', 'watch'])],
  });
  const account = `--serviceaccount=${edge.namespace}:scheduler`;
  await edge.kubectl(['create', 'rolebinding', 'routes', '--role=routes', account]);
  t.match(await why(), /list virtualservices/, 'an answer is good for a while');
  // The API server too learns of a binding in its own time.
  const afterAWhile = (wanted: RegExp) =>
    waitFor(`the answer ${wanted}`, async () => {
      now += 10_000;
      const answer = (await why()) ?? 'nothing';
      if (!wanted.test(answer)) throw new Error(answer);
      return true;
    });
  await afterAWhile(/no right there to patch virtualservices\.networking\.istio\.io; give/);
  await edge.kubectl(['create', 'role', 'patch', '--verb=patch', '--resource=virtualservices.networking.istio.io']);
  await edge.kubectl(['create', 'rolebinding', 'patch', '--role=patch', account]);
  await afterAWhile(/^nothing$/);
  const some = new RouteRights({ client, provider: istio, namespaces: ['shop'], excludedNamespaces: [] });
  t.match([...(await some.closed([edge.namespace])).values()], [/this installation is for shop only/]);
});

t.test('when Headgate is uninstalled in mid-release it is its owner’s again', async (t) => {
  const { app } = far;
  await optIn(app);
  const load = app.load();
  await release(app, '1.4.1');
  await app.atWeight(20);
  await Promise.all(product.schedulers.map((scheduler) => scheduler.end()));
  await t.test('after its namespace was excluded, which tells of it and changes nothing', (t) => excludedLater(t, app));
  const KUBECONFIG = await uninstaller();
  const environment = { KUBECONFIG, HEADGATE_ROUTE_SETTLE: '3s', HEADGATE_LOG_LEVEL: 'silent' };
  t.equal(await runUninstall(loadConfig(environment), 120_000), 0);
  const { metadata, spec } = await far.get();
  t.same(spec, far.manifest()['spec']);
  t.notOk(metadata.labels?.['headgate.dev/role'] ?? metadata.annotations?.['headgate.dev/adopted-for']);
  t.same(await app.stableTags(), ['1.4.0']);
  await servedAll(t, load);
  await far.delete();
});

/** A scheduler that starts with other settings, in the middle of a release. */
async function excludedLater(t: Test, app: App): Promise<void> {
  const env = { HEADGATE_EXCLUDED_NAMESPACES: app.namespace };
  const later = new ProductProcess(rig, { role: 'scheduler', ip: '10.244.255.30', env });
  const before = { route: await far.get(), deployment: await app.deployment() };
  await later.start();
  const isTold = ({ conditions }: CanaryStatus) => conditions.some(({ reason }) => reason === 'NamespaceExcluded');
  const { conditions, phase, release } = await app.until('to be told that it is excluded', isTold);
  await later.end();
  const words = new RegExp(`namespace ${app.namespace} is excluded .* include it again`);
  t.match(
    conditions.find(({ type }) => type === 'Enrolled'),
    { status: 'False', message: words },
  );
  t.match({ phase, weight: release?.weight }, { phase: 'Progressing', weight: 20 }, 'the record is kept');
  const after = { route: await far.get(), deployment: await app.deployment() };
  t.same(after.route.metadata.resourceVersion, before.route.metadata.resourceVersion, 'the route has its weights');
  t.same(after.deployment.spec, before.deployment.spec, 'the revision is held');
}

/** The scheduler's account, with the one right more that it has for the uninstall. */
async function uninstaller(): Promise<string> {
  const role = ['clusterrole', 'headgate-uninstall', '--verb=delete', '--resource=mutatingwebhookconfigurations'];
  await rig.kubectl(['create', ...role, '--resource-name=headgate']);
  const account = '--serviceaccount=headgate:headgate-scheduler';
  await rig.kubectl([
    'create',
    'clusterrolebinding',
    'headgate-uninstall',
    '--clusterrole=headgate-uninstall',
    account,
  ]);
  t.teardown(() => rig.kubectl(['delete', 'clusterrole,clusterrolebinding', 'headgate-uninstall']));
  return rig.serviceAccountKubeconfig('headgate', 'headgate-scheduler');
}
