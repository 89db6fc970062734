import t from 'tap';
import { openRig } from '../rig/rig.ts';
import { Clients } from './support/clients.ts';
import { applyAll, deploy, optIn, optOut, release, userApp } from './support/user-app.ts';
import { routeObject, serviceObject, to } from './support/user-objects.ts';
import { storedOf } from './support/whole-life.ts';

const rig = openRig();
t.teardown(() => rig.close());

t.test('an adopted VirtualService is its owner’s to edit in mid-release', async (t) => {
  const app = await userApp(rig, 'edited', { annotations: { 'step-weights': '50', interval: '10s' } });
  const { host, namespace } = app;
  const route = (words: object, path: string) =>
    routeObject('storefront', {
      hosts: ['podinfo', host],
      gateways: ['mesh', rig.mesh.gatewayName],
      http: [{ ...words, match: [{ uri: { prefix: path } }], route: [to('podinfo')] }, { route: [to('podinfo')] }],
    });
  await deploy(app, [serviceObject('podinfo', ['http 8000 http']), route({}, '/one')]);
  const clients = await Clients.of(rig, [{ host }, { via: 'mesh', host: `podinfo.${namespace}`, port: 8000 }]);
  await optIn(app);
  await release(app, '1.4.1');
  await app.atWeight(50);
  const edited = route({ timeout: '7s', rewrite: { uri: '/' } }, '/two');
  await applyAll(app, [edited]);
  await clients.join([{ host, path: '/two' }]);
  await app.kubectl(['label', 'virtualservice/storefront', 'team=edge']);
  await clients.hear('1.4.1');
  await app.phase('Succeeded');
  await optOut(app, '1.4.1');
  const { VirtualService: _none, ...stored } = await storedOf(app, [edited]);
  t.match(stored['VirtualService storefront'], { labels: { team: 'edge' }, spec: edited['spec'] }, 'the edit stays');
  await clients.servedAll(t);
  await app.delete();
});

t.test('an adopted VirtualService that its owner deletes in mid-release', async (t) => {
  const app = await userApp(rig, 'deleted', { annotations: { 'step-weights': '50', interval: '10m' } });
  const route = routeObject('storefront', { hosts: ['podinfo'], http: [{ route: [to('podinfo', 80)] }] });
  await deploy(app, [serviceObject('podinfo', ['http 80 http']), route]);
  const clients = await Clients.of(rig, [{ via: 'mesh', host: `podinfo.${app.namespace}` }]);
  await optIn(app);
  await release(app, '1.4.1');
  await app.atWeight(50);
  await app.kubectl(['delete', 'virtualservice', 'storefront']);
  const { release: failed } = await app.phase('Failed');
  t.equal(failed?.reason, 'RouteGone');
  await clients.hear('1.4.0');
  await clients.servedAll(t);
  await app.delete();
});
