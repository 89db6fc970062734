import t, { type Test } from 'tap';
import type { CanaryStatus } from '../../src/rollout/machine/status.ts';
import { type Json, type KubeObject, openRig } from '../rig/rig.ts';
import type { App } from './support/app.ts';
import { Clients, type Way } from './support/clients.ts';
import { applyAll, deploy, generated, optIn, release, type UserAppOptions, userApp } from './support/user-app.ts';
import { routeObject, serviceObject, to } from './support/user-objects.ts';
import { storedOf } from './support/whole-life.ts';

const rig = openRig();
t.teardown(() => rig.close());

/** One app that cannot be divided as it stands. */
interface Obstructed extends UserAppOptions {
  reason: string;
  /** Words of the condition: what is wrong, or what to do. */
  words: RegExp;
  objects: (app: App) => KubeObject[];
  ways?: (app: App) => Way[];
  /** What its user does about it. */
  mend?: (app: App) => Promise<unknown>;
}

const SERVICE = serviceObject('podinfo', ['http 80 http']);
const spec = (object: KubeObject, more: object): KubeObject => ({ ...object, spec: { ...object['spec'], ...more } });
const inMesh = ({ namespace }: App): Way[] => [{ via: 'mesh', host: `podinfo.${namespace}` }];

/** Pods with a second label, which a Service can select by alone. */
const tiered = ({ spec }: Json) => {
  const labels = { app: 'podinfo', tier: 'web' };
  spec.selector.matchLabels = labels;
  spec.template.metadata.labels = labels;
};

const OBSTRUCTED: Record<string, Obstructed> = {
  'an ExternalName': {
    ...{
      reason: 'ServiceExternalName',
      words: /outside|leads out of the cluster/,
      annotations: { service: 'elsewhere' },
    },
    objects: () => [
      SERVICE,
      { ...SERVICE, metadata: { name: 'elsewhere' }, spec: { type: 'ExternalName', externalName: 'example.com' } },
    ],
  },
  'a headless Service': {
    ...{ reason: 'ServiceHeadless', words: /clusterIP: None/, annotations: { service: 'pods' } },
    objects: () => [SERVICE, spec({ ...SERVICE, metadata: { name: 'pods' } }, { clusterIP: 'None' })],
  },
  'a Service without a selector': {
    ...{ reason: 'ServiceNoSelector', words: /has no selector/, annotations: { service: 'by-hand' } },
    objects: () => [SERVICE, { ...SERVICE, metadata: { name: 'by-hand' }, spec: { ports: [{ port: 80 }] } }],
  },
  'a Service of another protocol': {
    ...{ reason: 'NoHTTPPort', words: /tcp-web.*appProtocol/ },
    objects: () => [serviceObject('podinfo', ['tcp-web 80 http'])],
  },
  'a Service that its gateway does not see': {
    ...{ reason: 'NotVisible', words: /exported only to \..*networking\.istio\.io\/exportTo/ },
    objects: ({ host }) => [
      { ...SERVICE, metadata: { name: 'podinfo', annotations: { 'networking.istio.io/exportTo': '.' } } },
      routeObject('storefront', {
        hosts: ['podinfo', host],
        gateways: ['mesh', rig.mesh.gatewayName],
        http: [{ route: [to('podinfo', 80)] }],
      }),
    ],
    // The caller is in another namespace: nobody is to lose a request who had an answer before.
    ways: () => [],
  },
  'several Services': {
    ...{ reason: 'ServiceAmbiguous', words: /web, web-internal.*headgate\.dev\/service/ },
    objects: () => ['web', 'web-internal'].map((name) => serviceObject(name, ['http 80 http'])),
    ways: ({ namespace }) => [
      { via: 'mesh', host: `web.${namespace}` },
      { via: 'mesh', host: `web-internal.${namespace}` },
    ],
    mend: (app) => app.kubectl(['annotate', `deployment/${app.name}`, 'headgate.dev/service=web']),
  },
  'a Service that would select the canary too': {
    ...{ reason: 'SelectorOverlap', words: /everything.*tier/, change: tiered },
    objects: () => [SERVICE, serviceObject('everything', ['http 80 http'], { tier: 'web' })],
    mend: (app) => applyAll(app, [serviceObject('everything', ['http 80 http'], { tier: 'web', app: 'podinfo' })]),
  },
  'a Gateway that is not there': {
    ...{ reason: 'GatewayNotFound', words: /mine.*is not there/ },
    objects: ({ host }) => [
      SERVICE,
      routeObject('storefront', {
        hosts: ['podinfo', host],
        gateways: ['mesh', 'mine'],
        http: [{ route: [to('podinfo', 80)] }],
      }),
    ],
    mend: (app) => applyAll(app, [gatewayObject('mine')]),
  },
  'a host that another VirtualService has': {
    ...{ reason: 'HostConflict', words: /older has the host/ },
    objects: () =>
      ['older', 'younger']
        .map((name) => routeObject(name, { hosts: ['podinfo'], http: [{ route: [to('podinfo', 80)] }] }))
        .concat(SERVICE),
    mend: (app) => app.kubectl(['delete', 'virtualservice', 'younger']),
  },
};

/** Another name for the rig's gateway. */
const gatewayObject = (name: string): object => ({
  apiVersion: 'networking.istio.io/v1',
  kind: 'Gateway',
  metadata: { name },
  spec: {
    selector: { istio: 'ingressgateway' },
    servers: [{ bind: '10.244.0.1', port: { number: 8081, name: 'http-mine', protocol: 'HTTP' }, hosts: ['*'] }],
  },
});

const readyOf = ({ conditions }: CanaryStatus) => conditions.find(({ type }) => type === 'Ready');

async function waits(t: Test, { reason, words, objects, ways = inMesh, mend, ...options }: Obstructed): Promise<void> {
  const app = await userApp(rig, 'obstructed', { replicas: 1, ...options });
  await deploy(app, objects(app));
  const clients = await Clients.of(rig, ways(app));
  const before = await storedOf(app, objects(app));
  await optIn(app);
  await release(app, '1.4.1');
  // What is there is seen one object after the other: the first words of a wait need not be its last.
  const status = await app.until(
    `${reason} to be said`,
    (now) => now.phase === 'Waiting' && readyOf(now)?.reason === reason,
  );
  t.match(readyOf(status), { status: 'False', message: words }, 'the condition says it');
  t.match(await app.told(reason), words, 'and so does an Event');
  t.same(await generated(app), [], 'nothing is made');
  t.same(await storedOf(app, objects(app)), before, 'and nothing changed');
  await clients.hear('1.4.0');
  if (mend) {
    await mend(app);
    await app.atWeight(30);
    await app.phase('Succeeded');
    await clients.hear('1.4.1');
  }
  await clients.servedAll(t);
  await app.delete();
}

t.jobs = 4;
for (const [name, app] of Object.entries(OBSTRUCTED)) {
  t.test(`${name}: a release waits with the reason`, { buffered: true }, (t) => waits(t, app));
}
