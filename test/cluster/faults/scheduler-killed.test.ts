import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { Product, type ProductProcess } from '../../rig/product.ts';
import { openRig } from '../../rig/rig.ts';
import { App } from '../support/app.ts';
import { PROMPT } from '../support/checks.ts';
import { servedAll } from '../support/failures.ts';
import { randomFrom, seedOf } from '../support/random.ts';
import { RouteLog, shortestDwell } from '../support/route-log.ts';

const KILLS = 20;
const LONGEST_LIFE_MS = 2_000;
const INTERVAL_MS = 2_000;
/** A release goes on only in the lives of the scheduler, which are short beside its starts on a busy machine. */
const RELEASE_MS = 200_000;
const PLAN = [20, 50];

const rig = openRig();
const product = new Product(rig);
const seed = seedOf(process.env['HEADGATE_SEED']);
t.teardown(async () => {
  await product.stop();
  await rig.close();
});

/** Kills the scheduler at random moments of its life, and starts it again at once. */
async function killAtRandom(scheduler: ProductProcess, killing: { over: boolean }): Promise<void> {
  const random = randomFrom(seed);
  try {
    for (let kill = 0; kill < KILLS; kill += 1) {
      await sleep(random() * LONGEST_LIFE_MS);
      await scheduler.end('SIGKILL');
      await scheduler.start();
    }
  } finally {
    killing.over = true;
  }
}

/** Releases version after version until the killing is over; returns their number. */
async function releaseOn(app: App, suffix: string, end: string, killing: { over: boolean }): Promise<number> {
  for (let count = 0; ; count += 1) {
    if (killing.over && count > 0) return count;
    const before = (await app.status()).release?.startedAt;
    await app.setImage(`1.5.${count}${suffix}`);
    await app.until(
      `release ${count} to end`,
      ({ phase, release }) => phase === end && release?.startedAt !== before,
      RELEASE_MS,
    );
  }
}

t.test(`${KILLS} times SIGKILL at random moments (seed ${seed}): every release ends as without`, async (t) => {
  await product.start();
  const routes = new RouteLog(rig);
  t.teardown(() => routes.close());
  const plan = { 'step-weights': PLAN.join(), interval: `${INTERVAL_MS}ms`, threshold: '2' };
  // Pods that are ready are seen in the next life only, which may be some starts away.
  const annotations = { ...plan, 'progress-deadline': `${RELEASE_MS / 1_000}s` };
  const deployed = [{ metrics: PROMPT }, {}, {}].map((metrics) =>
    App.enrolled(rig, 'killed', { annotations: { ...annotations, ...metrics } }),
  );
  const [failing, ...good] = await Promise.all(deployed);
  const [scheduler] = product.schedulers;
  if (!failing || !scheduler) throw new Error('no apps or no scheduler');
  const stable = await failing.stablePodIds();
  const loads = [failing, ...good].map((app) => app.load(30));
  t.teardown(() => Promise.all(loads.map((load) => load.stop())));

  const killing = { over: false };
  const [failed, ...promoted] = await Promise.all([
    releaseOn(failing, '-slow', 'Failed', killing),
    ...good.map((app) => releaseOn(app, '', 'Succeeded', killing)),
    killAtRandom(scheduler, killing),
  ]);
  const [failingLoad, ...served] = loads;
  await Promise.all([failingLoad?.stop(), ...served.map((load) => servedAll(t, load))]);

  for (const [index, app] of good.entries()) {
    const count = promoted[index] ?? 0;
    const dwell = shortestDwell(routes.steps(app));
    const wanted = [0, ...Array.from({ length: count }, () => [...PLAN, 0]).flat()];
    t.same(routes.weights(app), wanted, `${count} releases took every step, once`);
    t.ok(dwell >= INTERVAL_MS, `the shortest time at a weight was ${dwell} ms`);
    t.same(await app.stableTags(), [`1.5.${count - 1}`], 'the last version runs');
  }
  const wanted = [0, ...Array.from({ length: failed ?? 0 }, () => [PLAN[0], 0]).flat()];
  const dwell = shortestDwell(routes.steps(failing));
  t.same(routes.weights(failing), wanted, `${failed} failing releases got the first weight and lost it`);
  t.ok(dwell >= 2 * INTERVAL_MS, `none was failed early: the shortest time was ${dwell} ms for two checks`);
  t.same(await failing.stablePodIds(), stable, 'the stable pods of the failing app were never touched');
  for (const app of [failing, ...good]) {
    const created = rig.audit.count({
      verb: 'create',
      resource: 'deployments',
      namespace: app.namespace,
      code: 201,
      userAgent: /^headgate/,
    });
    t.equal(created, 1, 'one canary Deployment was made, ever');
  }
  await Promise.all([failing, ...good].map((app) => app.delete()));
});
