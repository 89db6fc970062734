import t, { type Test } from 'tap';
import { Product } from '../../rig/product.ts';
import { type Json, openRig, waitFor } from '../../rig/rig.ts';
import { App } from '../support/app.ts';
import { servedAll } from '../support/failures.ts';
import { routeOf } from '../support/mesh-objects.ts';

/** The routes are written so soon after the deletion: at what was seen, as the next check and the next resync are ten minutes away. */
const BACK_MS = 10_000;
const SETTINGS = 'settings';

const rig = openRig();
const product = new Product(rig, { env: { HEADGATE_RESYNC_INTERVAL: '10m' } });
t.before(() => product.start());
t.teardown(async () => {
  await product.stop();
  await rig.close();
});

const canaryOf = (app: App): Json => ({
  apiVersion: 'headgate.dev/v1',
  kind: 'Canary',
  metadata: { name: SETTINGS, namespace: app.namespace },
  spec: {
    targetRef: { name: app.name },
    service: { port: 9898, hosts: [app.host], gateways: [rig.mesh.gatewayName] },
    analysis: { interval: '10m', threshold: 3, stepWeights: [50], metrics: [] },
  },
});

const statusOf = async (app: App): Promise<Json> =>
  (await rig.api.find(app.recordPath.replace(app.name, SETTINGS)))?.status ?? {};

/** Settings in annotations; at half of the traffic. */
async function annotated(): Promise<App> {
  const app = await App.enrolled(rig, 'deleted', { annotations: { 'step-weights': '50', interval: '10m' } });
  await app.setImage('1.4.1');
  await app.atWeight(50);
  return app;
}

/** Settings in a Canary. @param optIn whether its user has annotated the Deployment too */
async function written({ optIn }: { optIn: boolean }): Promise<App> {
  const app = await App.deploy(rig, 'deleted');
  if (optIn) await app.kubectl(['annotate', `deployment/${app.name}`, `headgate.dev/canary=canary/${SETTINGS}`]);
  await app.apply(canaryOf(app));
  await waitFor('enrolment', async () => (await statusOf(app))['phase'] === 'Initialized');
  const answers = async (): Promise<boolean> => (await rig.gateway.request({ host: app.host })).status === 200;
  await waitFor('an answer', answers, { timeoutMs: 60_000 });
  await app.setImage('1.4.1');
  const isAt50 = async (): Promise<boolean> => {
    const status = await statusOf(app);
    return status['canaryWeight'] === 50 && status['release']?.weightSince !== undefined;
  };
  await waitFor('weight 50', isAt50, { timeoutMs: 60_000 });
  return app;
}

const routeWeight = async (app: App): Promise<number> => {
  const route = await routeOf(app);
  const routes: Json[] = route['spec'].http.flatMap((rule: Json) => rule['route']);
  return routes
    .filter(({ destination }) => destination.host.includes('-canary'))
    .reduce((sum, { weight = 100 }) => sum + Number(weight), 0);
};

/** @param deleted as `deletion` returns it: the route is looked at meanwhile. */
async function trafficIsBack(t: Test, app: App, deleted: Promise<number>): Promise<void> {
  const isBack = async (): Promise<boolean> => (await routeWeight(app)) === 0;
  const [from] = await Promise.all([deleted, waitFor('the route to be back', isBack, { timeoutMs: 30_000 })]);
  const wanted = { verb: 'patch', resource: 'virtualservices', namespace: app.namespace, sinceMs: from };
  const write = await waitFor('the write of the route in the audit log', () => rig.audit.find(wanted)[0]);
  t.ok(write.at - from < BACK_MS, `all traffic is back after ${write.at - from} ms`);
}

async function staysHeld(t: Test, app: App): Promise<void> {
  const held = await waitFor('the verdict', async () => {
    const { metadata, spec } = await app.deployment();
    const hold = JSON.parse(metadata.annotations['headgate.dev/held'] ?? '{}');
    return hold.verdict === 'failed' && { ...hold, paused: spec.paused };
  });
  t.match(held, { reason: /lost its Canary/, paused: true });
  t.same(await app.stableTags(), ['1.4.0']);
}

/** Of the record or of the Deployment, whichever is left. */
const isTold = async (t: Test, app: App): Promise<void> => {
  const event = await waitFor('an Event RecordDeleted', async () => {
    const events: Json[] = await rig.api.list(`/api/v1/namespaces/${app.namespace}/events`);
    return events.find(({ reason }) => reason === 'RecordDeleted') ?? false;
  });
  t.match(event.message, /deleted in mid-release; traffic goes back .* headgate retry/);
};

/** Made in the place of one that is gone, with the same end. */
const anotherRecord = (app: App, uid: string) =>
  waitFor(
    'another record',
    async () => {
      const record = await app.record();
      return record !== undefined && record.metadata.uid !== uid && record.status?.phase === 'Failed';
    },
    { timeoutMs: 60_000 },
  );

/** Resolves to when the API server was asked for it, epoch ms: kubectl needs a while before, and after. */
async function deletion(app: App, name: string, ...flags: string[]): Promise<number> {
  const wanted = { verb: 'delete', resource: 'canaries', namespace: app.namespace, name, sinceMs: Date.now() };
  await app.kubectl(['delete', 'canary', name, ...flags]);
  const request = await waitFor('the deletion in the audit log', () => rig.audit.find(wanted)[0]);
  return request.at;
}

void t.test('settings in annotations: the record is made again, and nothing begins anew', async (t) => {
  const app = await annotated();
  const load = app.load(50);
  const { uid } = (await app.record()).metadata;
  await trafficIsBack(t, app, deletion(app, app.name, '--cascade=foreground', '--wait=false'));
  await app.phase('Failed', 30_000);
  await staysHeld(t, app);
  // The garbage collector takes its time.
  await anotherRecord(app, uid);
  await isTold(t, app);
  t.equal((await app.canaryDeployment()).spec.replicas, 0);
  await app.command('retry');
  await app.atWeight(50);
  await servedAll(t, load);
  await app.delete();
});

void t.test('a finalizer of somebody keeps the Canary, and not the traffic', async (t) => {
  const app = await annotated();
  const finalizers = (list: string[]) => rig.api.patch(app.recordPath, { metadata: { finalizers: list } });
  await finalizers(['example.com/waits']);
  await trafficIsBack(t, app, deletion(app, app.name, '--wait=false'));
  await app.phase('Failed', 30_000);
  await staysHeld(t, app);
  await isTold(t, app);
  const { uid } = (await app.record()).metadata;
  await finalizers([]);
  await anotherRecord(app, uid);
  await staysHeld(t, app);
  await app.delete();
});

void t.test('a Canary that the Deployment names: it stays enrolled, and waits for another', async (t) => {
  const app = await written({ optIn: true });
  const load = app.load(50);
  await trafficIsBack(t, app, deletion(app, SETTINGS));
  await staysHeld(t, app);
  await isTold(t, app);
  await waitFor('the canary to be gone', async () => (await app.canaryDeployment()) === undefined);
  await app.apply(canaryOf(app));
  await waitFor('phase Failed', async () => (await statusOf(app))['phase'] === 'Failed');
  await staysHeld(t, app);
  await servedAll(t, load);
  await app.delete();
});

void t.test('a Canary that names the Deployment: Headgate leaves, with the running version', async (t) => {
  const app = await written({ optIn: false });
  const load = app.load(50);
  await trafficIsBack(t, app, deletion(app, SETTINGS, '--cascade=background'));
  await isTold(t, app);
  await waitFor('the running version in the spec', async () => {
    const { spec } = await app.deployment();
    return spec.template.spec.containers[0].image === 'podinfo:1.4.0' && spec.paused !== true;
  });
  await servedAll(t, load);
  await app.delete();
});

void t.test('no scheduler is there, and one comes later', async (t) => {
  const apps = [await annotated(), await written({ optIn: true })];
  const [scheduler] = product.schedulers;
  await scheduler?.end();
  for (const [index, app] of apps.entries()) await deletion(app, index === 0 ? app.name : SETTINGS);
  await scheduler?.start();
  for (const app of apps) {
    await waitFor('the route to be back', async () => (await routeWeight(app)) === 0);
    await staysHeld(t, app);
    await isTold(t, app);
    await app.delete();
  }
});
