import t from 'tap';
import { type Json, openRig } from '../../rig/rig.ts';
import { App } from '../support/app.ts';
import { servedAll } from '../support/failures.ts';
import { isLeft, remainsOf } from '../support/left-behind.ts';
import { Release } from '../support/release.ts';
import { routeMissing } from '../support/user-app.ts';

/** Installed for two namespaces of three: there it works as ever, and in the third one it neither may nor does anything. */
const ACCOUNT = 'system:serviceaccount:headgate:headgate-scheduler';

const rig = openRig();
const annotations = { 'step-weights': '30,60', interval: '3s', metrics: '[]' };
const [shop, billing, beside] = await Promise.all([
  App.deploy(rig, 'shop', { annotations }),
  App.deploy(rig, 'billing', { annotations }),
  App.deploy(rig, 'beside', { annotations }),
]);
const release = new Release(rig, { helm: 'helm4', values: { namespaces: [shop.namespace, billing.namespace] } });
t.before(() => release.install());
t.teardown(() => rig.close());

/** Whether the scheduler's account may; in all namespaces where none is named. */
async function may(verb: string, [group, resource]: readonly [string, string], namespace = ''): Promise<boolean> {
  const resourceAttributes = { verb, group, resource, namespace };
  const spec = { user: ACCOUNT, groups: ['system:serviceaccounts', 'system:authenticated'], resourceAttributes };
  const review: Json = await rig.api.create('/apis/authorization.k8s.io/v1/subjectaccessreviews', { spec });
  return review.status.allowed;
}

const RESOURCES = [
  ['apps', 'deployments'],
  ['', 'services'],
  ['', 'events'],
  ['headgate.dev', 'canaries'],
  ['networking.istio.io', 'virtualservices'],
] as const;

t.test('releases go through in the namespaces that are listed', async (t) => {
  await Promise.all([shop, billing].map((app) => app.enrol()));
  const loads = [shop, billing].map((app) => app.load(30));
  await Promise.all([shop.setImage('1.4.1'), billing.setImage('1.4.1')]);
  for (const app of [shop, billing]) {
    await app.phase('Succeeded', 90_000);
    t.same(await app.stableTags(), ['1.4.1'], app.namespace);
  }
  for (const load of loads) {
    await servedAll(t, load);
  }
});

t.test('what is annotated elsewhere is told so, and rolls out like any Deployment', async (t) => {
  const words = Object.entries(beside.annotations()).map(([key, value]) => `${key}=${value}`);
  const { stderr } = await beside.kubectl(['annotate', `deployment/${beside.name}`, ...words]);
  t.match(stderr, 'nothing is held in this namespace');
  await beside.setImage('1.4.1');
  await beside.kubectl(['rollout', 'status', `deployment/${beside.name}`, '--timeout=60s']);
  t.same(await beside.stableTags(), ['1.4.1']);
  const { spec, metadata } = await beside.deployment();
  t.notOk(spec.paused ?? metadata.annotations['headgate.dev/held'], 'it is not held');
  t.notOk(metadata.labels['headgate.dev/enrolled'], 'it is not enrolled');
  t.notOk(await beside.record(), 'nothing is recorded');
});

t.test('a route of a namespace that is not listed cannot be named', async (t) => {
  const annotate = (namespace: string, options = {}) =>
    shop.kubectl(['annotate', `deployment/${shop.name}`, `headgate.dev/routes=${namespace}/web/*`], options);
  const { stderr } = await annotate(beside.namespace, { expectFail: true });
  t.match(stderr, /names a route in a namespace that this installation is not for/);
  await annotate(billing.namespace);
  const { conditions } = await shop.until('its condition', (status) => routeMissing(status) !== undefined);
  t.match(
    conditions.find(({ type }) => type === 'RouteMissing'),
    { reason: 'RouteNotFound', message: new RegExp(`no VirtualService web in ${billing.namespace}`) },
    'one of another that is listed is looked for',
  );
  await shop.kubectl(['annotate', `deployment/${shop.name}`, 'headgate.dev/routes-']);
});

t.test('the scheduler may do nothing elsewhere, and asks for nothing', async (t) => {
  for (const resource of RESOURCES) {
    const name = resource.join('/');
    t.ok(await may('patch', resource, shop.namespace), `it may patch ${name} in ${shop.namespace}`);
    for (const verb of ['get', 'list', 'watch', 'create', 'patch']) {
      t.notOk(await may(verb, resource, beside.namespace), `it may not ${verb} ${name} in ${beside.namespace}`);
      t.notOk(await may(verb, resource), `nor everywhere`);
    }
  }
  const asked = rig.audit.find({ user: ACCOUNT, uri: /^\/apis?\/.*\/(deployments|canaries|services|virtualservices)/ });
  t.ok(asked.length > 0);
  const others = asked.filter(({ name }) => name !== 'kubernetes');
  t.same(
    [...new Set(others.map(({ namespace }) => namespace))].toSorted(),
    [shop.namespace, billing.namespace].toSorted(),
  );
  t.same(
    asked.filter(({ code }) => code === 403),
    [],
    'nothing that it needs is refused',
  );
});

t.test('a namespace that is deleted, and its Role with it, keeps the others from nothing', async (t) => {
  await rig.kubectl(['delete', 'namespace', billing.namespace]);
  const scheduler = 'deployment/headgate-scheduler';
  await rig.kubectl(['rollout', 'restart', scheduler, '-n', release.namespace]);
  await rig.kubectl(['rollout', 'status', scheduler, '-n', release.namespace, '--timeout=90s']);
  await shop.release('1.4.2');
  await shop.phase('Succeeded', 90_000);
  t.same(await shop.stableTags(), ['1.4.2']);
});

t.test('it is uninstalled in mid-release under traffic', async (t) => {
  await shop.kubectl(['annotate', '--overwrite', `deployment/${shop.name}`, 'headgate.dev/interval=60s']);
  const load = shop.load(30);
  await shop.setImage('1.4.3');
  await shop.atWeight(30);
  const [pods, before] = [await shop.stablePodIds(), await beside.deployment()];
  await release.uninstall();
  await isLeft(t, shop, '1.4.2');
  t.same(await shop.stablePodIds(), pods, 'no pod was restarted');
  t.notOk((await shop.deployment()).spec.paused, 'not paused');
  await servedAll(t, load);
  const { metadata, spec } = await beside.deployment();
  t.equal(metadata.generation, before.metadata.generation, 'elsewhere nothing was written');
  t.same([metadata.annotations, spec], [before.metadata.annotations, before.spec]);
  t.same(await remainsOf(shop, release.namespace), []);
  const { stdout } = await shop.kubectl(['get', 'roles,rolebindings', '-o', 'name']);
  t.equal(stdout, '', 'no right is left');
});
