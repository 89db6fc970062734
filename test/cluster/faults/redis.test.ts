import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import t from 'tap';
import { Product } from '../../rig/product.ts';
import { openRig, waitFor } from '../../rig/rig.ts';
import { App } from '../support/app.ts';
import { servedAll } from '../support/failures.ts';
import { atLiveWeight } from '../support/live-weight.ts';
import { RouteLog, shortestDwell } from '../support/route-log.ts';

const INTERVAL_MS = 2_000;
/** The first check at a weight waits for three scrapes, of a second each on the rig. */
const FIRST_CHECK_MS = 3_000;
/** As test/rig/product.ts sets it. */
const RESYNC_MS = 5_000;
/** What Redis itself takes, the pods of the next weight, and a busy machine. */
const MARGIN_MS = 5_000;

const rig = openRig();
const product = new Product(rig);
const routes = new RouteLog(rig);
t.before(() => product.start());
t.teardown(async () => {
  await product.stop();
  await routes.close();
  await rig.close();
});

async function flushAll(): Promise<void> {
  const redis = new Redis(rig.file.redis.url);
  await redis.flushall();
  redis.disconnect();
}

async function restartEmpty(): Promise<void> {
  const data = join(rig.file.dir, 'data', 'redis');
  await rig.control('redis', 'stop');
  rmSync(data, { recursive: true });
  mkdirSync(data);
  await rig.control('redis', 'start');
}

const LOSSES: Readonly<Record<string, () => Promise<void>>> = {
  FLUSHALL: flushAll,
  'a restart': () => rig.control('redis', 'restart'),
  'a restart without its data': restartEmpty,
};

for (const [what, lose] of Object.entries(LOSSES)) {
  t.test(`Redis: ${what} in mid-release costs a release nothing: its scheduler has its timers`, async (t) => {
    const app = await App.enrolled(rig, 'redis', { annotations: { 'step-weights': '20,50', interval: '2s' } });
    const load = app.load(40);
    t.teardown(() => load.stop());
    await app.setImage('1.4.1');
    await app.atWeight(20);
    await lose();
    const lostAt = Date.now();
    await app.atWeight(50);
    const took = Date.now() - lostAt;
    t.ok(took < FIRST_CHECK_MS + MARGIN_MS, `the next step came after ${took} ms`);
    await app.phase('Succeeded');
    t.same(routes.weights(app), [0, 20, 50, 0], 'every step, once');
    const dwell = shortestDwell(routes.steps(app));
    t.ok(dwell >= INTERVAL_MS, `the shortest time at a weight was ${dwell} ms`);
    await servedAll(t, load);
    await app.delete();
  });
}

t.test('Redis: FLUSHALL before an app has its first route costs at most the resync interval', async (t) => {
  const app = await App.in(rig, 'first-route', { replicas: 0 });
  await app.apply(app.manifest('1.4.0'));
  await app.phase('Initialized');
  await waitFor('the controller to be done', async () => (await app.deployment()).status.observedGeneration > 0);
  await flushAll();
  const route = `/apis/networking.istio.io/v1/namespaces/${app.namespace}/virtualservices/${app.name}`;
  await waitFor('its route', () => rig.api.find(route), { timeoutMs: RESYNC_MS + 2 * MARGIN_MS });
  t.pass('it was made');
  await app.delete();
});

t.test('Redis away for 10 s: a crash takes traffic back, steps go on, and afterwards too', async (t) => {
  const options = { annotations: { 'step-weights': '30,40,50', interval: '4s' } };
  const deploy = () => App.enrolled(rig, 'away', options);
  const [app, crashing, later] = await Promise.all([deploy(), deploy(), deploy()]);
  const [load, other] = [app.load(40), crashing.load(40)];
  t.teardown(() => Promise.all([load.stop(), other.stop()]));
  await Promise.all([app, crashing].map((one) => one.setImage('1.4.1')));
  await Promise.all([app, crashing].map((one) => atLiveWeight(one, 30)));

  await rig.control('redis', 'stop');
  const awayAt = Date.now();
  const took = await crashCanary(crashing);
  t.ok(took < 3_000, `Envoy had no weight for the canary ${took} ms after readiness was lost`);
  const changedAt = Date.now();
  await later.setImage('1.4.1');
  await waitFor('a canary', () => later.canaryDeployment(), { timeoutMs: 5_000 });
  t.pass(`a change was held and had a canary within ${Date.now() - changedAt} ms`);
  await app.atWeight(40, 10_000);
  t.pass(`the other release took its step ${Date.now() - awayAt} ms after Redis went`);
  await waitFor('ten seconds without Redis', () => Date.now() - awayAt >= 10_000, { everyMs: 250 });
  await rig.control('redis', 'start');
  const backAt = Date.now();
  await Promise.all([app.phase('Succeeded'), crashing.phase('Failed')]);
  t.pass(`both came to their end within ${Date.now() - backAt} ms of its return`);

  t.same(routes.weights(app), [0, 30, 40, 50, 0], 'every step, once');
  const dwell = shortestDwell(routes.steps(app));
  t.ok(dwell >= 4_000, `the shortest time at a weight was ${dwell} ms`);
  t.ok(await crashing.told('CanaryUnready'), 'the crash was told');
  t.same(await crashing.stableTags(), ['1.4.0'], 'the version before runs');
  await Promise.all([servedAll(t, load), other.stop()]);
  await Promise.all([app, crashing, later].map((one) => one.delete()));
});

t.test('processes that are told to end while Redis is away, end', async (t) => {
  await rig.control('redis', 'stop');
  // The files after this one need it.
  t.teardown(() => rig.control('redis', 'start'));
  const toldAt = Date.now();
  const processes = [...product.webhooks, ...product.schedulers];
  await Promise.all(
    processes.map(async (process) => {
      await process.end('SIGTERM');
      const took = Date.now() - toldAt;
      t.ok(took < 8_000, `the ${process.options.role} at ${process.options.ip} ended after ${took} ms`);
    }),
  );
});

/** Crashes the canary's only pod; milliseconds from lost readiness until Envoy sends it nothing. */
async function crashCanary(app: App): Promise<number> {
  const pods = await rig.api.list(`/api/v1/namespaces/${app.namespace}/pods?labelSelector=app%3D${app.name}-canary`);
  await Promise.all(pods.map((pod) => rig.crashPod(app.namespace, pod.metadata.name)));
  const lost = await waitFor(
    'readiness to be lost',
    async () => ((await app.canaryDeployment()).status.readyReplicas ?? 0) === 0 && Date.now(),
    { everyMs: 25, timeoutMs: 5_000 },
  );
  const back = async () => ((await app.envoyWeight())[`${app.name}-canary`] ?? 0) === 0;
  await waitFor('traffic to be back', back, { everyMs: 25 });
  return Date.now() - lost;
}
