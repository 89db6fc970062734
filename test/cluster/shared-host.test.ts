import t from 'tap';
import { type Json, type Load, openRig, waitFor } from '../rig/rig.ts';
import { App } from './support/app.ts';
import { servedAll } from './support/failures.ts';

const rig = openRig();
t.teardown(() => rig.close());
t.setTimeout(200_000);

interface Part {
  name: string;
  path: string;
  host: string;
  settings?: Record<string, string>;
}

/** An app that has a path of a host at the gateway. */
async function applied(first: App, { name, path, host, settings }: Part): Promise<App> {
  const annotations = {
    ...{ hosts: host, metrics: '[]', interval: '10m', rewrite: '{uri: /}' },
    match: `[{uri: {prefix: ${path}}}]`,
    ...settings,
  };
  const app = App.beside(first, { name, replicas: 1, annotations });
  await app.apply(app.manifest('1.4.0'));
  await app.phase('Initialized');
  return app;
}

const statusAt = async (host: string, path: string): Promise<number> =>
  (await rig.gateway.request({ host, path })).status;

const routeHosts = async ({ namespace, name }: App): Promise<string[]> => {
  const path = `/apis/networking.istio.io/v1/namespaces/${namespace}/virtualservices/${name}`;
  const route: Json = await rig.api.find(path);
  return route?.spec.hosts ?? [];
};

const weighed = (app: App, wanted: Record<string, number>) =>
  waitFor(`Envoy to have ${JSON.stringify(wanted)}`, async () => {
    const found = await app.envoyWeight();
    return Object.entries(wanted).every(([name, weight]) => found[name] === weight);
  });

t.test('two apps have one host by path, and are released at the same time; a third cannot come between', async (t) => {
  const first = await App.in(rig, 'paths');
  const host = `api.${first.namespace}.example.com`;
  const orders = await applied(first, { name: 'orders', path: '/orders', host, settings: { 'step-weights': '20' } });
  const users = await applied(first, { name: 'users', path: '/users', host, settings: { 'step-weights': '60' } });
  for (const path of ['/orders', '/users']) {
    await waitFor(`the gateway to answer for ${path}`, async () => (await statusAt(host, path)) === 200);
  }
  const loads = [
    ...['/orders', '/users'].map((path) => rig.load({ host, path, rps: 30 })),
    // Inside the mesh the Service has all its paths, whatever the match says.
    rig.load({ via: 'mesh', host: `orders.${first.namespace}`, port: 9898, path: '/', rps: 10 }),
  ];
  const [toOrders, toUsers, inMesh] = loads;

  const rival = await applied(first, { name: 'rival', path: '/orders/old', host });
  const { conditions } = await rival.until('its claim to be refused', ({ conditions: found }) =>
    found.some(({ type, status, reason }) => type === 'Stalled' && status === 'True' && reason === 'InvalidSpec'),
  );
  const stalled = conditions.find(({ type }) => type === 'Stalled')?.message ?? '';
  t.match(stalled, `the host ${host} is that of Canary ${first.namespace}/orders`);
  t.match(stalled, /uri prefix \/orders\/old and uri prefix \/orders\)/, 'and why the two cannot share it');
  t.same(await routeHosts(rival), [], 'without the host it has no route');

  await Promise.all([orders.release('1.4.1'), users.release('1.4.1')]);
  await Promise.all([orders.atWeight(20), users.atWeight(60)]);
  await weighed(orders, { orders: 80, 'orders-canary': 20 });
  await weighed(users, { users: 40, 'users-canary': 60 });
  const dividedAt = Date.now();
  const share = (load: Load | undefined) => load?.share(dividedAt)['1.4.1'] ?? 0;
  await waitFor('enough requests of both', () =>
    [toOrders, toUsers].every((load) => (load?.summary(dividedAt).total ?? 0) > 100),
  );
  t.ok(share(toOrders) > 0.05 && share(toOrders) < 0.4, `orders has ${share(toOrders)}`);
  t.ok(share(toUsers) > 0.4 && share(toUsers) < 0.8, `users has ${share(toUsers)}, a weight of its own`);
  t.same(Object.keys(inMesh?.share() ?? {}), ['1.4.0'], 'and the mesh has the version that runs');

  await Promise.all([orders, users].map((app) => app.command('promote')));
  await Promise.all([orders, users].map((app) => app.phase('Succeeded')));

  const { metadata } = await orders.record();
  await orders.kubectl(['delete', `canaries.headgate.dev/${metadata.name}`, '--wait=false']);
  await waitFor('the record to be made again', async () => {
    const record = await orders.record();
    return record !== undefined && record.metadata.uid !== metadata.uid && record.status?.phase !== undefined;
  });
  await rig.kubectl(['-n', first.namespace, 'annotate', 'deployment/rival', 'headgate.dev/threshold=7', '--overwrite']);
  await waitFor('the rival to be judged again', async () => {
    const { spec, status } = await rival.record();
    return spec.analysis.threshold === 7 && status.observedGeneration === (await rival.record()).metadata.generation;
  });
  t.same(await routeHosts(orders), ['orders', host], 'a record that is made again does not lose its host');
  t.same(await routeHosts(rival), [], 'to one that is older than the new record');

  await rival.kubectl(['annotate', 'deployment/rival', 'headgate.dev/match=[{uri: {prefix: /old}}]', '--overwrite']);
  await waitFor('the rival to have the host', async () => (await routeHosts(rival)).includes(host));
  await waitFor('the gateway to answer for it', async () => (await statusAt(host, '/old')) === 200);
  for (const load of loads) await servedAll(t, load);
  await first.delete();
});
