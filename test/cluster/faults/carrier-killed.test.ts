import t from 'tap';
import { Product } from '../../rig/product.ts';
import { openRig, waitFor } from '../../rig/rig.ts';
import { App } from '../support/app.ts';
import { RouteLog } from '../support/route-log.ts';
import { ticksEnded } from '../support/scheduler-metrics.ts';

const INTERVAL_MS = 6_000;
/** A timer's backup comes five seconds after it; then the other one has to take it, and write. */
const TAKEN_OVER_MS = 5_000;
const MARGIN_MS = 4_000;

const rig = openRig();
// Nothing but backups and precautions tells the other scheduler what to do: the resync comes too late. No request is sent to the apps.
const env = { HEADGATE_RESYNC_INTERVAL: '10m', HEADGATE_ROUTE_SETTLE: '1s' };
const product = new Product(rig, { schedulers: 2, env });
const routes = new RouteLog(rig);
t.before(() => product.start());
t.teardown(async () => {
  await product.stop();
  await routes.close();
  await rig.close();
});

const STOPS: Readonly<Record<string, { signal: NodeJS.Signals; mostMs: number }>> = {
  killed: { signal: 'SIGKILL', mostMs: TAKEN_OVER_MS + MARGIN_MS },
  hanging: { signal: 'SIGSTOP', mostMs: TAKEN_OVER_MS + MARGIN_MS },
  'told to stop': { signal: 'SIGTERM', mostMs: MARGIN_MS },
};

for (const [words, { signal, mostMs }] of Object.entries(STOPS)) {
  t.test(`who carries releases on is ${words}: the other one makes the next step, never early`, async (t) => {
    const annotations = { 'step-weights': '20,40', interval: `${INTERVAL_MS}ms`, metrics: '[]' };
    const apps = await Promise.all([0, 1, 2, 3].map(() => App.enrolled(rig, 'carried', { annotations, replicas: 1 })));
    const [gone, other] = product.schedulers;
    if (gone === undefined || other === undefined) throw new Error('two schedulers are needed');
    // So that it is the one that carries them on.
    other.signal('SIGSTOP');
    await Promise.all(apps.map((app) => app.setImage('1.4.1')));
    await Promise.all(
      apps.map((app) =>
        app.until(
          'a time for its check',
          ({ canaryWeight, release }) => canaryWeight === 20 && release?.checkAt !== undefined,
        ),
      ),
    );
    other.signal('SIGCONT');
    const ticks = await ticksEnded(other);
    if (signal === 'SIGSTOP') gone.signal(signal);
    else await gone.end(signal);
    await Promise.all(apps.map((app) => app.atWeight(40, INTERVAL_MS + 2 * TAKEN_OVER_MS + MARGIN_MS)));
    for (const app of apps) {
      const [first, second] = routes.steps(app).filter(({ weight }) => weight > 0);
      const dwell = (second?.from ?? Number.POSITIVE_INFINITY) - (first?.from ?? 0);
      t.ok(dwell >= INTERVAL_MS, `a whole interval at 20 %: ${dwell} ms`);
      t.ok(dwell <= INTERVAL_MS + mostMs, `and ${dwell - INTERVAL_MS} ms more at the most`);
    }
    t.ok((await ticksEnded(other)) > ticks, 'by the other one');
    await Promise.all(apps.map((app) => app.command('promote')));
    await Promise.all(apps.map((app) => app.phase('Succeeded', 90_000)));
    if (signal === 'SIGSTOP') gone.signal('SIGCONT');
    else await gone.start();
    await waitFor('it to work again', async () => (await ticksEnded(gone)) >= 0, { timeoutMs: 30_000 });
    await Promise.all(apps.map((app) => app.delete()));
  });
}
