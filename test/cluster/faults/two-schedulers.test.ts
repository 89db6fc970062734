import t from 'tap';
import { Product } from '../../rig/product.ts';
import { openRig, waitFor } from '../../rig/rig.ts';
import { App } from '../support/app.ts';
import { PROMPT } from '../support/checks.ts';
import { servedAll } from '../support/failures.ts';
import { RouteLog, shortestDwell } from '../support/route-log.ts';
import { metricOf, ticksEnded } from '../support/scheduler-metrics.ts';

const INTERVAL_MS = 2_000;
const PLAN = [20, 40, 60];
const GOOD = 4;
const FAILING = 2;

const rig = openRig();
const product = new Product(rig, { schedulers: 2 });
const routes = new RouteLog(rig);
t.before(() => product.start());
t.teardown(async () => {
  await product.stop();
  await routes.close();
  await rig.close();
});

const conflicts = (app: App): number =>
  rig.audit.count({ resource: 'canaries', subresource: 'status', namespace: app.namespace, code: 409 });

/** Watches that each scheduler has open for releases. */
const releaseWatches = (): Promise<number[]> =>
  Promise.all(product.schedulers.map((scheduler) => metricOf(scheduler, 'headgate_release_watches')));

t.test(`two schedulers on ${GOOD + FAILING} releases: each goes its way as with one`, async (t) => {
  const annotations = { 'step-weights': PLAN.join(), interval: `${INTERVAL_MS}ms`, threshold: '2' };
  const apps = await Promise.all(
    Array.from({ length: GOOD + FAILING }, (_, index) => {
      const own = { ...annotations, ...(index >= GOOD && { metrics: PROMPT }) };
      return App.enrolled(rig, 'two', { annotations: own, replicas: 1 });
    }),
  );
  const loads = apps.map((app) => app.load(25));
  t.teardown(() => Promise.all(loads.map((load) => load.stop())));
  const tagOf = (index: number) => (index < GOOD ? '1.4.1' : '1.4.1-slow');
  const before = await Promise.all(product.schedulers.map(ticksEnded));
  await Promise.all(apps.map((app, index) => app.setImage(tagOf(index))));
  await Promise.all(apps.map((app) => app.atWeight(PLAN[0] ?? 0)));
  const watches = await releaseWatches();
  t.ok(Math.max(...watches) > 0, `${watches.join(' and ')} watches for releases under way`);
  await Promise.all(apps.map((app, index) => app.phase(index < GOOD ? 'Succeeded' : 'Failed', 90_000)));
  await Promise.all(loads.map((load) => servedAll(t, load)));

  for (const [index, app] of apps.entries()) {
    const good = index < GOOD;
    const dwell = shortestDwell(routes.steps(app));
    t.same(routes.weights(app), good ? [0, ...PLAN, 0] : [0, PLAN[0], 0], `${tagOf(index)} had its weights, each once`);
    t.ok(dwell >= (good ? 1 : 2) * INTERVAL_MS, `at the least ${dwell} ms each`);
    t.same(await app.stableTags(), [good ? '1.4.1' : '1.4.0'], 'what runs is what should');
    const creations = { verb: 'create', resource: 'deployments', namespace: app.namespace, userAgent: /^headgate/ };
    t.equal(rig.audit.count({ ...creations, code: 201 }), 1, 'one canary was made');
  }
  const lost = apps.reduce((sum, app) => sum + conflicts(app), 0);
  const after = await Promise.all(product.schedulers.map(ticksEnded));
  const ticks = after.map((count, index) => count - (before[index] ?? 0));
  t.comment(`${ticks.join(' and ')} ticks; ${lost} commits lost their race`);
  t.ok(Math.min(...ticks) > 0, 'both took part');
  const failed = apps.slice(GOOD);
  await Promise.all(failed.map((app) => app.setImage('1.4.0')));
  await Promise.all(failed.map((app) => app.phase('Initialized')));
  await waitFor('both schedulers to watch nothing for releases', async () => {
    const open = await releaseWatches();
    if (open.every((count) => count === 0)) return true;
    throw new Error(open.join(' and '));
  });
  await Promise.all(apps.map((app) => app.delete()));
});
