import t from 'tap';
import { Product } from '../../rig/product.ts';
import { openRig, type Verb } from '../../rig/rig.ts';
import { App } from '../support/app.ts';
import { servedAll } from '../support/failures.ts';
import { RouteLog } from '../support/route-log.ts';
import { metricOf } from '../support/scheduler-metrics.ts';

const rig = openRig();
const product = new Product(rig);
const routes = new RouteLog(rig);
t.before(() => product.start());
t.teardown(async () => {
  await product.stop();
  await routes.close();
  await rig.close();
});

/** Away: connections are refused. Stuck: they open, and nothing is answered. */
const OUTAGES: readonly { how: string; verbs: [Verb, Verb] }[] = [
  { how: 'away', verbs: ['stop', 'start'] },
  { how: 'stuck', verbs: ['pause', 'resume'] },
];

for (const { how, verbs } of OUTAGES) {
  t.test(`Prometheus ${how} for three checks: the release holds, says so, and goes on`, async (t) => {
    const app = await App.enrolled(rig, 'metrics', { annotations: { 'step-weights': '20,50', interval: '2s' } });
    const [scheduler] = product.schedulers;
    if (!scheduler) throw new Error('there is no scheduler');
    const load = app.load(40);
    t.teardown(() => load.stop());
    await app.setImage('1.4.1');
    await app.atWeight(20);
    const before = await metricOf(scheduler, 'headgate_checks_total', 'verdict="error"');
    await rig.control('prometheus', verbs[0]);
    const withoutAnswer = (checks: number) =>
      app.until(`${checks} checks without an answer`, ({ release }) => (release?.errors ?? 0) >= checks, 120_000);
    // A check may have passed while Prometheus was still ending.
    const { canaryWeight } = await withoutAnswer(1);
    const held = await withoutAnswer(3);
    t.equal(held.phase, 'Progressing', 'it holds');
    t.equal(held.canaryWeight, canaryWeight, 'at its weight');
    t.equal(held.failedChecks, 0, 'which is no failed check');
    const errors = await metricOf(scheduler, 'headgate_checks_total', 'verdict="error"');
    t.ok(errors >= before + 3, `and counts it (${errors - before} checks with an error)`);
    await rig.control('prometheus', verbs[1]);
    await app.phase('Succeeded', 120_000);
    t.same(routes.weights(app), [0, 20, 50, 0], 'every step, once');
    t.equal((await app.reasons()).filter((reason) => reason === 'CheckError').length, 1, 'it was told, once');
    await servedAll(t, load);
    t.same(await app.stableTags(), ['1.4.1'], 'it was promoted');
    await app.delete();
  });
}
