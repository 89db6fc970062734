import t, { type Test } from 'tap';
import type { CanaryStatus } from '../../src/rollout/machine/status.ts';
import { PODINFO_INFO } from '../rig/grpc.ts';
import { type Json, type KubeObject, openRig } from '../rig/rig.ts';
import { Clients } from './support/clients.ts';
import { abort, deploy, generated, optIn, optOut, release, routeMissing, userApp } from './support/user-app.ts';
import { routeObject, serviceObject, to } from './support/user-objects.ts';
import { throughWeights, wholeLife } from './support/whole-life.ts';

const rig = openRig();
t.teardown(() => rig.close());

// Each has an app of its own.
t.jobs = 2;

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

/** podinfo's own gRPC, and another container for a further port. */
function withMorePorts({ spec }: Json): void {
  const { containers } = spec.template.spec;
  const tag = containers[0].image.split(':')[1];
  const { lifecycle, ports } = containers[0];
  containers[0].args = ['--grpc-port=9999'];
  ports.push({ name: 'grpc', containerPort: 9999 });
  containers.push({
    ...{ name: 'metrics', image: `podinfo:${tag}`, args: ['--port=9797'], lifecycle },
    ports: [{ name: 'http-metrics', containerPort: 9797 }],
    readinessProbe: { httpGet: { path: '/readyz', port: 9797 }, periodSeconds: 1, failureThreshold: 1 },
  });
}

const SEVERAL = serviceObject('podinfo', ['http 80 http', 'http-metrics 9100 http-metrics', 'grpc 9999 grpc']);

const eachPort = (namespace: string) => [
  { via: 'mesh' as const, host: `podinfo.${namespace}` },
  { via: 'mesh' as const, host: `podinfo.${namespace}`, port: 9100 },
  { via: 'mesh' as const, host: `podinfo.${namespace}`, port: 9999, protocol: 'grpc' as const, path: PODINFO_INFO },
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
    // What is there is seen one object after the other: the first words of a wait need not be its last.
    const isAmbiguous = (status: CanaryStatus) => routeMissing(status)?.reason === 'PortAmbiguous';
    t.match(routeMissing(await app.until('a word of the route', isAmbiguous)), { status: 'True' });
    await release(app, '1.4.1');
    await app.until('the release to wait for the port', (status) => {
      return status.phase === 'Waiting' && status.release?.reason === 'PortAmbiguous';
    });
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

/** Of bytes alone, to the mesh: what its clients say there it does not look at. */
const WITH_TCP = serviceObject('podinfo', ['http 80 http', 'tcp-db 5432 http']);

const tcpRule = { match: [{ port: 5432 }], route: [to('podinfo', 5432)] };
const withRules = routeObject('storefront', {
  hosts: ['podinfo'],
  http: [{ route: [to('podinfo', 80)] }],
  tcp: [tcpRule],
});

/** A connection is tried once: a pod that goes is there until every proxy knows. */
const unhurried = ({ spec }: Json): void => {
  spec.template.spec.containers[0].lifecycle.preStop.sleep.seconds = 5;
};

async function connected(t: Test, routes: readonly KubeObject[]): Promise<void> {
  const app = await userApp(rig, 'tcp', { annotations: { interval: '6s' }, change: unhurried });
  const host = `podinfo.${app.namespace}`;
  await deploy(app, [WITH_TCP, ...routes]);
  const requests = await Clients.of(rig, [{ via: 'mesh', host }]);
  // Each request has a connection of its own.
  const connections = await Clients.of(rig, [{ via: 'mesh', host, port: 5432, headers: { connection: 'close' } }]);
  await optIn(app);

  const released = Date.now();
  await release(app, '1.4.1');
  const shape = { app, ...(routes.length > 0 && { routes: ['storefront'] }) };
  await throughWeights(shape, '1.4.1', requests);
  connections.heardAlone(t, '1.4.0', released);
  await app.phase('Succeeded');
  await connections.hear('1.4.1');
  t.equal(
    undivided(await app.status()),
    routes.length > 0 ? 'NotHTTP' : undefined,
    'which rules are not divided is said',
  );

  await release(app, '1.4.2');
  await app.atWeight(30);
  const again = Date.now();
  await requests.hear('1.4.2');
  await abort(app, '1.4.1');
  await requests.hear('1.4.1');
  connections.heardAlone(t, '1.4.1', again);
  await optOut(app, '1.4.1');
  await Promise.all([requests.servedAll(t), connections.servedAll(t)]);
  await app.delete();
}

t.test('connections to a port of TCP: to the stable pods, until the promotion', { jobs: 2 }, async (t) => {
  void t.test('by no rule', { buffered: true }, (t) => connected(t, []));
  void t.test('by a rule of its user', { buffered: true }, (t) => connected(t, [withRules]));
});

const undivided = ({ conditions }: CanaryStatus): string | undefined =>
  conditions.find(({ type }) => type === 'RulesUndivided')?.reason;
