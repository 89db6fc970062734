import t from 'tap';
import { Product } from '../../rig/product.ts';
import { openRig, waitFor } from '../../rig/rig.ts';
import { App } from '../support/app.ts';
import { RouteLog, shortestDwell } from '../support/route-log.ts';

const INTERVAL_MS = 3_000;
const PLAN = [20, 40, 60];
const RECOVERY_MS = 10_000;
/** What the scheduler watches all the time. */
const WATCHED = ['canaries', 'deployments', 'services', 'virtualservices'];

const rig = openRig();
const product = new Product(rig);
let routes: RouteLog;
t.before(async () => {
  await product.start();
  routes = new RouteLog(rig);
});
t.teardown(async () => {
  await routes.close();
  await product.stop();
  await rig.close();
});

/** Milliseconds from then until the scheduler had opened every watch again. */
async function watchesBack(since: number): Promise<number> {
  const opened = () => rig.audit.find({ verb: 'watch', userAgent: /^headgate-scheduler/, code: 200, sinceMs: since });
  const entries = await waitFor('the watches', () => {
    const found = opened();
    return WATCHED.every((resource) => found.some((entry) => entry.resource === resource)) && found;
  });
  const firsts = WATCHED.map((resource) => entries.find((entry) => entry.resource === resource)?.at ?? Number.NaN);
  return Math.max(...firsts) - since;
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
    const annotations = { 'step-weights': PLAN.join(), interval: `${INTERVAL_MS}ms`, threshold: '2' };
    const [app, failing] = await Promise.all([
      App.enrolled(rig, 'api', { annotations }),
      App.enrolled(rig, 'api', { annotations }),
    ]);
    const load = app.load(40);
    const other = failing.load(20);
    t.teardown(() => Promise.all([load.stop(), other.stop()]));
    await Promise.all([app.setImage('1.4.1'), failing.setImage('1.4.1-slow')]);
    await Promise.all([app.atWeight(20), failing.atWeight(20)]);
    const goneAt = Date.now();
    await happen();
    const backAt = Date.now();
    t.comment(`the API server was away for ${backAt - goneAt} ms`);
    const took = await watchesBack(backAt);
    t.ok(took < RECOVERY_MS, `every watch was open again ${took} ms after its return`);
    const changedAt = Date.now();
    await app.until('a step', ({ canaryWeight }) => canaryWeight > 20, 20_000);
    t.comment(`the next step came ${Date.now() - changedAt} ms later`);
    await Promise.all([app.phase('Succeeded', 90_000), failing.phase('Failed', 90_000)]);
    await Promise.all([load.stop(), other.stop()]);

    t.same(routes.weights(app), [0, ...PLAN, 0], 'every step, once');
    const dwell = shortestDwell(routes.steps(app));
    t.ok(dwell >= INTERVAL_MS, `the shortest time at a weight was ${dwell} ms`);
    t.same(routes.weights(failing), [0, 20, 0], 'the failing one was taken back');
    const { failures, total } = load.summary();
    t.equal(failures, 0, `no request of ${total} failed`);
    t.same(await app.stableTags(), ['1.4.1'], 'the new version runs');
    t.same(await failing.stableTags(), ['1.4.0'], 'the failing one does not');
    await Promise.all([app.delete(), failing.delete()]);
  });
}
