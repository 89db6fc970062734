import t from 'tap';
import { type Json, type KubeObject, openRig, waitFor } from '../rig/rig.ts';
import type { App } from './support/app.ts';
import { objectsOf } from './support/objects.ts';
import { applyAll, generated, routeMissing, userApp } from './support/user-app.ts';
import { pathIn, routeObject, serviceObject, to } from './support/user-objects.ts';
import { storedOf } from './support/whole-life.ts';

const rig = openRig();
t.teardown(() => rig.close());

type Kind = 'Deployment' | 'Service' | 'VirtualService';

const ORDERS: readonly Kind[][] = [
  ['Deployment', 'Service', 'VirtualService'],
  ['Deployment', 'VirtualService', 'Service'],
  ['Service', 'Deployment', 'VirtualService'],
  ['Service', 'VirtualService', 'Deployment'],
  ['VirtualService', 'Deployment', 'Service'],
  ['VirtualService', 'Service', 'Deployment'],
];

/** Long enough for Headgate to have made what it would. */
async function isSeen(app: App, exposed: boolean): Promise<void> {
  if ((await app.deployment().catch(() => undefined)) === undefined) return;
  await app.phase('Initialized');
  if (exposed) await waitFor('what Headgate makes', () => isMade(app));
}

/** A route is there, and Headgate is done with it: who applies while it writes has to apply again, as the documentation says. */
async function isMade(app: App): Promise<boolean> {
  const [services, routes] = await Promise.all([objectsOf(app, 'services'), objectsOf(app, 'virtualservices')]);
  const [service, route] = [services.at(0), routes.at(0)];
  const managers = [...services, ...routes].flatMap(({ metadata }) =>
    metadata.managedFields.map((entry: Json) => entry.manager),
  );
  if (route === undefined || managers.some((manager: string) => manager.startsWith('headgate-'))) return false;
  const isUsers = route.metadata.labels?.['headgate.dev/role'] === undefined;
  return isUsers || route.spec.http[0].route[0].destination.port.number === service?.spec.ports[0].port;
}

/** Headgate’s would have another number under this name. */
const SERVICE = serviceObject('podinfo', ['http 8080 http']);
const ROUTE = routeObject('podinfo', { hosts: ['podinfo'], http: [{ timeout: '9s', route: [to('podinfo', 8080)] }] });

/** Pods that are there at once, and whose ports may not say what they serve. */
const hollow =
  (ports: object[]) =>
  ({ spec }: Json): void => {
    const [container] = spec.template.spec.containers;
    Object.assign(container, { image: 'hollow:1', ports });
  };
const HTTP = [{ name: 'http', containerPort: 9898 }];

interface Round {
  /** Headgate is asked for a host and a gateway. */
  exposed: boolean;
  /** Headgate has the time to make what it would in between; otherwise all come from one file. */
  slow: boolean;
  /** As Flux, Argo CD and Helm 4 apply. */
  flags?: readonly string[];
}

async function applied(order: readonly Kind[], { exposed, slow, flags = [] }: Round): Promise<App> {
  const app = await userApp(rig, 'order', { exposed, replicas: 1, change: hollow(HTTP) });
  const objects: Record<Kind, KubeObject> = {
    Deployment: app.manifest('1.4.0'),
    Service: SERVICE,
    VirtualService: ROUTE,
  };
  const all = order.map((kind) => objects[kind]);
  for (const object of slow ? all : []) {
    await app.apply(object, flags);
    if (object !== all.at(-1)) await isSeen(app, exposed);
  }
  if (!slow) await applyAll(app, all, flags);
  return app;
}

const ON_THE_SERVER = ['--server-side'];
const ROUNDS: readonly Round[] = [
  { exposed: false, slow: false },
  { exposed: false, slow: true },
  { exposed: true, slow: false },
  { exposed: true, slow: true },
  { exposed: true, slow: false, flags: ON_THE_SERVER },
  { exposed: true, slow: true, flags: ON_THE_SERVER },
];

/** How often each round is gone through. */
const TIMES = Number(process.env['HEADGATE_TEST_ROUNDS'] ?? 1);

for (const [turn, round] of Array.from({ length: TIMES }, () => ROUNDS)
  .flat()
  .entries()) {
  t.test(`three objects in every order, ${turn + 1}: ${JSON.stringify(round)}`, async (t) => {
    const apps = await Promise.all(ORDERS.map((order) => applied(order, round)));
    for (const [index, app] of apps.entries()) {
      const words = String(ORDERS[index]);
      await app.phase('Initialized');
      const { 'Service podinfo': service, 'VirtualService podinfo': route } = await storedOf(app, [SERVICE, ROUTE]);
      t.match(service, { labels: undefined, ownerReferences: undefined }, `${words}: the Service is its user’s`);
      t.match(service.spec, { selector: { app: 'podinfo' }, ports: { length: 1 } }, 'with their ports alone');
      t.match(route, { labels: undefined, ownerReferences: undefined }, `${words}: the route is its user’s`);
      t.same(route.spec, ROUTE['spec'], 'in their words alone');
      t.same(await generated(app), [], 'and nothing else is made');
      await app.delete();
    }
  });
}

t.test('a route in which a release has put weights is taken over by force', async (t) => {
  const app = await userApp(rig, 'forced', { exposed: true, replicas: 1, change: hollow(HTTP) });
  await app.apply(app.manifest('1.4.0'));
  await isSeen(app, true);
  await app.release('1.4.1');
  await app.phase('Succeeded');
  await t.rejects(app.apply(ROUTE, ON_THE_SERVER), { message: /conflict with "headgate-scheduler".*\.spec\.http/s });
  await app.apply(ROUTE, [...ON_THE_SERVER, '--force-conflicts']);
  const { 'VirtualService podinfo': route } = await storedOf(app, [ROUTE]);
  t.match(route, { labels: undefined, ownerReferences: undefined });
  t.same(route.spec, ROUTE['spec']);
  await app.delete();
});

t.test('beside a route of another name that comes with the Deployment none is made', async (t) => {
  const options = { exposed: true, replicas: 1, change: hollow(HTTP) };
  const app = await userApp(rig, 'beside', options);
  await applyAll(app, [app.manifest('1.4.0'), SERVICE, { ...ROUTE, metadata: { name: 'storefront' } }]);
  const later = await userApp(rig, 'alone', options);
  await later.apply(later.manifest('1.4.0'));
  await waitFor('the route of a later one', async () => (await generated(later)).length === 2);
  t.same(await generated(app), []);
  await Promise.all([app.delete(), later.delete()]);
});

t.test('a route that is wanted is made when the Service comes for which it waits', async (t) => {
  const change = hollow([{ containerPort: 9898 }, { containerPort: 9797 }]);
  const app = await userApp(rig, 'late', { exposed: true, replicas: 1, change });
  await app.apply(app.manifest('1.4.0'));
  const status = await app.until('a word of the route', (status) => routeMissing(status) !== undefined);
  t.match(routeMissing(status), { status: 'True', reason: 'ServiceNotFound', message: /headgate\.dev\/port/ });
  await app.apply(serviceObject('podinfo', ['http 80 9898']));
  await app.until('no word of it', (status) => routeMissing(status) === undefined);
  const route = await waitFor('the route', () => rig.api.find(pathIn(app.namespace, ROUTE)));
  t.match(route['spec'], { hosts: ['podinfo', app.host], gateways: [rig.mesh.gatewayName, 'mesh'] });
  await app.delete();
});
