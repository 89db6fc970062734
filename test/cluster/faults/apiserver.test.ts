import t from 'tap';
import { Product } from '../../rig/product.ts';
import { openRig, waitFor } from '../../rig/rig.ts';
import { App } from '../support/app.ts';
import { PROMPT } from '../support/checks.ts';
import { servedAll } from '../support/failures.ts';
import { RouteLog, shortestDwell } from '../support/route-log.ts';
import { metricOf } from '../support/scheduler-metrics.ts';

const INTERVAL_MS = 3_000;
/** Long enough that pods are replaced only when controllers and istiod have come back, too (they take up to 10 s). */
const PLAN = [20, 30, 40, 50, 60];
const RECOVERY_MS = 10_000;

const rig = openRig();
const product = new Product(rig);
const routes = new RouteLog(rig);
t.before(() => product.start());
t.teardown(async () => {
  await product.stop();
  await routes.close();
  await rig.close();
});

interface Recovery {
  /** Milliseconds until a change was taken: the API server's own, which finds its webhooks again. */
  taken: number;
  /** And from then on until the scheduler's watch had seen it, and it had its canary. */
  seen: number;
}

/** How long it takes for a change of an idle app. */
async function recovery(idle: App): Promise<Recovery> {
  const backAt = Date.now();
  await waitFor('a change to be taken', () => idle.setImage('1.4.1'), { timeoutMs: 60_000 });
  const takenAt = Date.now();
  await waitFor('its canary', () => idle.canaryDeployment());
  return { taken: takenAt - backAt, seen: Date.now() - takenAt };
}

async function restart(): Promise<void> {
  await rig.control('apiserver', 'restart');
}

/** It dies, and comes back when every client has noticed. */
async function away(): Promise<void> {
  await rig.control('apiserver', 'kill');
  const goneAt = Date.now();
  await waitFor('four seconds without it', () => Date.now() - goneAt >= 4_000, { everyMs: 250 });
  await rig.control('apiserver', 'start');
}

const OUTAGES = { 'is restarted': restart, 'dies and is away for some seconds': away };

for (const [what, happen] of Object.entries(OUTAGES)) {
  t.test(`the API server ${what} in mid-release: the release goes on to its end`, async (t) => {
    const annotations = { 'step-weights': PLAN.join(), interval: `${INTERVAL_MS}ms` };
    const enrol = (own: Record<string, string>) =>
      App.enrolled(rig, 'api', { annotations: { ...annotations, ...own } });
    // The good one may lack figures for a while on a machine that is busy with the start of the API server.
    const bad = { threshold: '2', metrics: PROMPT };
    const [app, failing, idle] = await Promise.all([enrol({ threshold: '10' }), enrol(bad), enrol({})]);
    const load = app.load(40);
    const other = failing.load(20);
    t.teardown(() => Promise.all([load.stop(), other.stop()]));
    await Promise.all([app.setImage('1.4.1'), failing.setImage('1.4.1-slow')]);
    await Promise.all([app.atWeight(20), failing.atWeight(20)]);
    const goneAt = Date.now();
    await happen();
    t.comment(`the API server was away for ${Date.now() - goneAt} ms`);
    const { taken, seen } = await recovery(idle);
    t.comment(`a change was taken ${taken} ms after its return`);
    const restarts = await Promise.all(product.schedulers.map((one) => metricOf(one, 'headgate_watch_restarts_total')));
    t.comment(`watches ended, or could not be opened, ${restarts.join()} times until then`);
    t.ok(seen < RECOVERY_MS, `a change had its canary ${seen} ms after it was taken (${taken} ms after the return)`);
    await Promise.all([app.phase('Succeeded', 120_000), failing.phase('Failed', 120_000)]);
    await Promise.all([load.stop(), other.stop()]);

    t.same(routes.weights(app), [0, ...PLAN, 0], 'every step, once');
    const dwell = shortestDwell(routes.steps(app));
    t.ok(dwell >= INTERVAL_MS, `the shortest time at a weight was ${dwell} ms`);
    t.same(routes.weights(failing), [0, 20, 0], 'the failing one was taken back');
    await servedAll(t, load, goneAt);
    t.same(await app.stableTags(), ['1.4.1'], 'the new version runs');
    t.same(await failing.stableTags(), ['1.4.0'], 'the failing one does not');
    await Promise.all([app, failing, idle].map((one) => one.delete()));
  });
}
