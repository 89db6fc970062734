import t from 'tap';
import { type Json, openRig, waitFor } from '../rig/rig.ts';
import { Clients } from './support/clients.ts';
import { applyAll, deploy, optIn, optOut, release, userApp } from './support/user-app.ts';
import { pathIn, routeObject, serviceObject, to } from './support/user-objects.ts';
import { throughWeights } from './support/whole-life.ts';

const rig = openRig();
t.teardown(() => rig.close());

t.test('ports and the label that tells the canary apart change between two releases', async (t) => {
  const labels = { app: 'podinfo', tier: 'web' };
  const settings: Record<string, string> = {};
  const change = ({ metadata, spec }: Json) => {
    spec.selector.matchLabels = labels;
    spec.template.metadata.labels = labels;
    if (metadata.annotations['headgate.dev/canary']) Object.assign(metadata.annotations, settings);
  };
  const app = await userApp(rig, 'changed', { change });
  const { namespace } = app;
  const host = `podinfo.${namespace}`;
  const route = routeObject('podinfo', { hosts: ['podinfo'], http: [{ route: [to('podinfo')] }] });
  await deploy(app, [serviceObject('podinfo', ['http 80 9898'], labels), route]);
  const clients = await Clients.of(rig, [{ via: 'mesh', host }]);
  await optIn(app);
  await release(app, '1.4.1');
  await throughWeights({ app }, '1.4.1', clients);
  await app.phase('Succeeded');

  await applyAll(app, [serviceObject('podinfo', ['http 80 9898', 'http-more 8080 9898'], labels)]);
  await clients.join([{ via: 'mesh', host, port: 8080 }]);
  settings['headgate.dev/selector-label'] = 'tier';
  await release(app, '1.4.2');
  await throughWeights({ app }, '1.4.2', clients);
  const { spec } = await rig.api.get(pathIn(namespace, { kind: 'Service', metadata: { name: 'podinfo-canary' } }));
  t.same(spec.selector, { app: 'podinfo', tier: 'web-canary' }, 'the canary’s Service selects by the new label');
  t.same(
    spec.ports.map(({ name, port }: Json) => `${name} ${port}`),
    ['http 80', 'http-more 8080'],
    'and has the new port',
  );
  await app.phase('Succeeded');
  await waitFor('all to be answered by the Deployment', async () => (await app.canaryDeployment()).spec.replicas === 0);
  await optOut(app, '1.4.2');
  await clients.servedAll(t);
  await app.delete();
});
