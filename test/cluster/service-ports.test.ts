import t from 'tap';
import { type Json, openRig, waitFor } from '../rig/rig.ts';
import { Clients } from './support/clients.ts';
import { applyAll, deploy, generated, optIn, optOut, release, userApp } from './support/user-app.ts';
import { pathIn, routeObject, serviceObject, to } from './support/user-objects.ts';
import { throughWeights, wholeLife } from './support/whole-life.ts';

const rig = openRig();
t.teardown(() => rig.close());

t.test('a Service of another port than its pods, and the VirtualService that names it', async (t) => {
  const app = await userApp(rig, 'port-80');
  const { host, namespace } = app;
  const objects = [
    serviceObject('podinfo', ['http 80 9898']),
    routeObject('podinfo', {
      hosts: ['podinfo', host],
      gateways: ['mesh', rig.mesh.gatewayName],
      http: [{ timeout: '5s', route: [to('podinfo', 80)] }],
    }),
  ];
  await wholeLife(t, { app, objects, ways: [{ host }, { via: 'mesh', host: `podinfo.${namespace}` }] });
  t.same(await generated(app), [], 'nothing is Headgate’s any more');
  await app.delete();
});

/** Another container for each further port. */
function withMorePorts({ spec }: Json): void {
  const { containers } = spec.template.spec;
  const tag = containers[0].image.split(':')[1];
  const { lifecycle } = containers[0];
  containers.push(
    {
      ...{ name: 'metrics', image: `podinfo:${tag}`, args: ['--port=9797'], lifecycle },
      ports: [{ name: 'http-metrics', containerPort: 9797 }],
      readinessProbe: { httpGet: { path: '/readyz', port: 9797 }, periodSeconds: 1, failureThreshold: 1 },
    },
    {
      ...{ name: 'grpc', image: `grpc-echo:${tag}`, lifecycle },
      ports: [{ name: 'grpc', containerPort: 9999 }],
      readinessProbe: { grpc: { port: 9999 }, periodSeconds: 1, failureThreshold: 1 },
    },
  );
}

const SEVERAL = serviceObject('podinfo', ['http 80 http', 'http-metrics 9100 http-metrics', 'grpc 9999 grpc']);

const eachPort = (namespace: string) => [
  { via: 'mesh' as const, host: `podinfo.${namespace}` },
  { via: 'mesh' as const, host: `podinfo.${namespace}`, port: 9100 },
  { via: 'mesh' as const, host: `podinfo.${namespace}`, port: 9999, protocol: 'grpc' as const },
];

t.test('a Service of several ports, at a gateway by the one that is chosen', async (t) => {
  const options = { annotations: { port: '80' }, exposed: true, change: withMorePorts };
  const app = await userApp(rig, 'several', options);
  const { host, namespace } = app;
  await wholeLife(t, { app, objects: [SEVERAL], ways: eachPort(namespace), waysByHeadgate: [{ host }] });
  await app.delete();
});

t.test('a Service of several ports of which none is chosen for the gateway: nothing is made', async (t) => {
  const app = await userApp(rig, 'unchosen', { exposed: true, change: withMorePorts });
  await deploy(app, [SEVERAL]);
  const clients = await Clients.of(rig, eachPort(app.namespace));
  await optIn(app);
  await release(app, '1.4.1');
  const { release: waiting } = await app.phase('Waiting');
  t.equal(waiting?.reason, 'PortAmbiguous');
  t.match(await app.told('PortAmbiguous'), /headgate\.dev\/port/);
  t.same(await generated(app), []);
  await clients.hear('1.4.0');
  await clients.servedAll(t);
  await app.delete();
});

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
