import t from 'tap';
import type { CanaryStatus } from '../../src/rollout/machine/status.ts';
import { openRig, waitFor } from '../rig/rig.ts';
import { Clients } from './support/clients.ts';
import { FarRoute } from './support/far-route.ts';
import { steer } from './support/headgate.ts';
import { routesHave } from './support/route-weights.ts';
import { abort, optIn, optOut, release, routeMissing, WEIGHTS } from './support/user-app.ts';
import { weightsOf } from './support/user-route.ts';
import { storedOf } from './support/whole-life.ts';

const rig = openRig();
t.teardown(() => rig.close());
t.setTimeout(280_000);

const FLUX = ['--server-side', '--field-manager=kustomize-controller', '--force-conflicts'];
const WEB = { names: ['web'], service: 'podinfo' };
/** A release that stays at its weight for as long as a test looks at it. */
const STAYING = { 'step-weights': '20', interval: '10m' };
const SHARED = { podinfo: 80, 'podinfo-canary': 20 };

t.test('an app whose route is in another namespace loses no request from enrolment to opt-out', async (t) => {
  const far = await FarRoute.deployed(rig, 'far', { interval: '15s' });
  const { app, edge } = far;
  const manifest = far.manifest();
  const clients = await Clients.of(rig, far.ways);
  await edge.apply(manifest, FLUX);
  const before = await storedOf(edge, [manifest]);
  await optIn(app);

  await release(app, '1.4.1');
  for (const weight of WEIGHTS) {
    await app.atWeight(weight);
    await routesHave(edge, WEB, weight);
    await clients.hear('1.4.1');
    await edge.apply(manifest, FLUX);
    const version = (await far.get()).metadata.resourceVersion;
    await edge.apply(manifest, FLUX);
    t.equal((await far.get()).metadata.resourceVersion, version, `${weight}: applied again, nothing is written`);
    await edge.kubectl(['diff', ...FLUX, '-f', '-'], { input: JSON.stringify(manifest) });
    await routesHave(edge, WEB, weight);
  }
  await app.phase('Succeeded');
  await clients.hear('1.4.1');

  await release(app, '1.4.2');
  await app.atWeight(WEIGHTS[0]);
  await clients.hear('1.4.2');
  await abort(app, '1.4.1');
  await optOut(app, '1.4.1');
  t.same(await storedOf(edge, [manifest]), before, 'the route is as its owner wrote it');
  await clients.hear('1.4.1');
  await clients.servedAll(t);
  await far.delete();
});

t.test('its owner edits it, deletes it and brings it back as ever', async (t) => {
  const far = await FarRoute.deployed(rig, 'far-owned', STAYING);
  const { app, edge } = far;
  await optIn(app);
  await release(app, '1.4.1');
  await app.atWeight(20);
  await edge.apply(
    far.manifest(({ spec }) => {
      spec.http[0].timeout = '9s';
      spec.http[1].route[0].weight = 100;
      spec.tcp = [{ match: [{ port: 9999 }], route: spec.http[1].route }];
    }),
  );
  const edited = await far.get();
  t.same(weightsOf(edited), [SHARED, SHARED]);
  t.match(edited.spec.http, [{ timeout: '9s' }, { name: 'main' }]);
  const undivided = ({ conditions }: CanaryStatus) => conditions.find(({ type }) => type === 'RulesUndivided');
  const status = await app.until('a word on the TCP rule', (seen) => undivided(seen) !== undefined);
  t.match(undivided(status)?.message, `no weights: tcp[0] of VirtualService ${edge.namespace}/web.`);
  t.equal(status.phase, 'Progressing', 'and HTTP goes on');
  t.match((await steer(app, 'get')).stdout, `VirtualService ${edge.namespace}/web`);

  await edge.kubectl(['delete', 'virtualservice/web']);
  t.match(await app.told('RouteGone'), /lost its route at weight 20/);
  t.match((await app.phase('Failed')).release, { reason: 'RouteGone' });
  const { conditions } = await app.until('its condition', (status) => routeMissing(status) !== undefined);
  t.match(
    conditions.find(({ type }) => type === 'RouteMissing'),
    { reason: 'RouteNotFound', message: new RegExp(`no VirtualService web in ${edge.namespace}`) },
  );
  await edge.apply(far.manifest());
  await app.until('no such condition', (status) => routeMissing(status) === undefined);
  await release(app, '1.4.2');
  await app.atWeight(20);
  await routesHave(edge, WEB, 20);

  await app.kubectl(['delete', 'deployment/podinfo']);
  await waitFor('the route to be its owner’s', async () => {
    const { metadata, spec } = await far.get();
    return (
      metadata.labels?.['headgate.dev/role'] === undefined &&
      weightsOf({ spec }).every((rule) => !('podinfo-canary' in rule))
    );
  });
  t.same((await far.get()).spec, far.manifest()['spec'], 'it outlives the Deployment');
  await far.delete();
});

t.test('what is taken out of the setting in mid-release is its owner’s at once', async (t) => {
  const far = await FarRoute.deployed(rig, 'far-left', STAYING);
  const { app } = far;
  await optIn(app);
  await release(app, '1.4.1');
  await app.atWeight(20);
  await app.kubectl(['annotate', 'deployment/podinfo', 'headgate.dev/routes-']);
  await waitFor('the route to be its owner’s', async () => {
    const { metadata } = await far.get();
    return metadata.annotations?.['headgate.dev/adopted-for'] === undefined;
  });
  t.same((await far.get()).spec, far.manifest()['spec']);
  await far.delete();
});
