import t from 'tap';
import { openRig, revisionOf, waitFor } from '../rig/rig.ts';
import { Clients } from './support/clients.ts';
import { deploy, generated, optIn, optOut, release, userApp, WEIGHTS } from './support/user-app.ts';
import { routeObject, serviceObject, to } from './support/user-objects.ts';
import { storedOf, throughWeights, wholeLife } from './support/whole-life.ts';

const rig = openRig();
t.teardown(() => rig.close());

// Each has an app of its own.
t.jobs = 2;

t.test('a Service and a VirtualService of other names than the Deployment’s', async (t) => {
  const app = await userApp(rig, 'named');
  const { host, namespace } = app;
  const full = `web.${namespace}.svc.cluster.local`;
  const objects = [
    serviceObject('web', ['http 8000 http']),
    routeObject('storefront', {
      hosts: [full, host],
      gateways: ['mesh', rig.mesh.gatewayName],
      http: [
        { name: 'api', match: [{ uri: { prefix: '/api/' } }], rewrite: { uri: '/' }, route: [to(full, 8000)] },
        { name: 'main', retries: { attempts: 2, perTryTimeout: '2s' }, route: [{ ...to(full, 8000), weight: 100 }] },
      ],
    }),
  ];
  const mesh = { via: 'mesh', host: `web.${namespace}`, port: 8000 } as const;
  const ways = [{ host }, { host, path: '/api/' }, mesh, { ...mesh, path: '/api/' }];
  await wholeLife(t, { app, objects, ways, service: 'web', routes: ['storefront'] });
  t.same(await generated(app), [], 'nothing is Headgate’s any more');
  await app.delete();
});

t.test('one VirtualService at the edge has the weights of two apps, by path', async (t) => {
  const first = await userApp(rig, 'edge');
  // With one weight more than are gone through: its second release is still under way when it is aborted.
  const annotations = { 'step-weights': [...WEIGHTS, 90].join() };
  const second = await userApp(rig, 'edge', { name: 'shop', beside: first, annotations });
  const { host } = first;
  const byPath = (path: string, service: string) => ({
    match: [{ uri: { prefix: path } }],
    rewrite: { uri: '/' },
    route: [to(service, 80)],
  });
  const edge = routeObject('edge', {
    hosts: [host],
    gateways: [rig.mesh.gatewayName],
    http: [byPath('/a/', 'podinfo'), byPath('/b/', 'shop')],
  });
  const shop = serviceObject('shop', ['http 80 http'], { app: 'shop' });
  await Promise.all([deploy(first, [serviceObject('podinfo', ['http 80 http']), edge]), deploy(second, [shop])]);
  const before = await storedOf(first, [edge]);
  const clients = {
    first: await Clients.of(rig, [{ host, path: '/a/' }]),
    second: await Clients.of(rig, [{ host, path: '/b/' }]),
  };
  await Promise.all([optIn(first), optIn(second)]);

  await Promise.all([release(first, '1.4.1'), release(second, '1.5.1')]);
  const routes = ['edge'];
  await Promise.all([
    throughWeights({ app: first, routes }, '1.4.1', clients.first),
    throughWeights({ app: second, routes }, '1.5.1', clients.second),
  ]);
  await Promise.all([first.phase('Succeeded'), second.phase('Succeeded')]);

  await optOut(first, '1.4.1');
  await release(second, '1.5.2');
  await throughWeights({ app: second, routes }, '1.5.2', clients.second);
  await second.command('abort');
  await second.phase('Failed');
  await optIn(second, '1.5.1');
  await optOut(second, '1.5.1');
  t.same(await storedOf(first, [edge]), before, 'the route is as its user wrote it');
  await clients.first.servedAll(t);
  await clients.second.servedAll(t);
  await first.delete();
});

t.test('a delegate has the weights, and its rule for testers keeps its own', async (t) => {
  const app = await userApp(rig, 'delegate');
  const { host, namespace } = app;
  const testers = { 'x-tester': 'yes' };
  const objects = [
    serviceObject('podinfo', ['http 80 http']),
    routeObject('edge', { hosts: [host], gateways: [rig.mesh.gatewayName], http: [{ delegate: { name: 'pages' } }] }),
    routeObject('pages', {
      http: [
        { name: 'testers', match: [{ headers: { 'x-tester': { exact: 'yes' } } }], route: [to('podinfo-canary', 80)] },
        { name: 'all', route: [to('podinfo', 80)] },
      ],
    }),
  ];
  await deploy(app, objects);
  const before = await storedOf(app, objects);
  const clients = await Clients.of(rig, [{ host }]);
  await optIn(app);
  await release(app, '1.4.1');
  for (const weight of WEIGHTS) {
    await app.atWeight(weight);
    await waitFor(`weight ${weight} in Envoy, and the testers’ rule as it was`, async () => {
      const routes = await rig.envoyRoutes(`${namespace}/edge`);
      const canary = routes.map(({ weights }) => weights['podinfo-canary'] ?? 0);
      return JSON.stringify(canary.toSorted((a, b) => a - b)) === JSON.stringify([weight, 100]);
    });
    for (let request = 0; request < 10; request += 1) {
      const { status, body } = await rig.gateway.request({ host, headers: testers });
      t.same([status, revisionOf(body)], [200, '1.4.1'], `testers at weight ${weight}`);
    }
  }
  await app.phase('Succeeded');
  await clients.hear('1.4.1');
  await optOut(app, '1.4.1');
  t.same(await storedOf(app, objects), before, 'both are as their user wrote them');
  await clients.servedAll(t);
  await app.delete();
});
