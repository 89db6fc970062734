import t from 'tap';
import { type Json, openRig } from '../rig/rig.ts';
import { Clients } from './support/clients.ts';
import { deploy, generated, optIn, release, routeMissing, userApp } from './support/user-app.ts';
import { routeObject, serviceObject, to } from './support/user-objects.ts';
import { wholeLife } from './support/whole-life.ts';

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

t.test(
  'a Service of several ports of which none is chosen for the gateway: nothing is made, until one is',
  async (t) => {
    const app = await userApp(rig, 'unchosen', { exposed: true, change: withMorePorts });
    await deploy(app, [SEVERAL]);
    const clients = await Clients.of(rig, eachPort(app.namespace));
    await optIn(app);
    const status = await app.until('a word of the route', (status) => routeMissing(status) !== undefined);
    t.match(routeMissing(status), { status: 'True', reason: 'PortAmbiguous' });
    await release(app, '1.4.1');
    const { release: waiting } = await app.phase('Waiting');
    t.equal(waiting?.reason, 'PortAmbiguous');
    t.match(await app.told('PortAmbiguous'), /headgate\.dev\/port/);
    t.same(await generated(app), []);
    await clients.hear('1.4.0');

    await app.kubectl(['annotate', 'deployment/podinfo', 'headgate.dev/port=80']);
    await app.atWeight(30);
    await clients.hear('1.4.1');
    await clients.servedAll(t);
    await app.delete();
  },
);
