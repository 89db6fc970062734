import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { BACKUP_MS } from '../../../src/scheduler/queue/wake-queue.ts';
import { Product, ProductProcess } from '../../rig/product.ts';
import { openRig } from '../../rig/rig.ts';
import { App } from '../support/app.ts';
import { servedAll } from '../support/failures.ts';
import { RouteLog } from '../support/route-log.ts';
import { metricOf, ticksEnded } from '../support/scheduler-metrics.ts';

const APART_MS = 600_000;
const INTERVAL_MS = 4_000;
/**
 * The next weight is written so long after its interval at the latest: the checks, the commit, and a machine that is busy.
 * It is less than the resync, which would find what no wake-up came for.
 */
const SLACK_MS = 4_500;
/** How late a wake-up may be whose machine is gone: its backup would have come, and then a resync, HEADGATE_RESYNC_INTERVAL of the rig. */
const FOUND_MS = BACKUP_MS + 5_000;
const PLAN = [20, 40, 60];
const SHIFT = fileURLToPath(new URL('../support/shifted-clock.ts', import.meta.url));

const rig = openRig();
const product = new Product(rig, { schedulers: 1 });
const shifted = (ip: string, ms: number, role: 'scheduler' | 'webhook' = 'scheduler'): ProductProcess =>
  new ProductProcess(rig, {
    ...{ role, ip },
    env: { NODE_OPTIONS: `--import=${SHIFT}`, SHIFTED_CLOCK_MS: String(ms) },
  });
const [right] = product.schedulers as [ProductProcess];
const ahead = shifted('10.244.255.21', APART_MS);
const behind = shifted('10.244.255.22', -APART_MS);
product.schedulers.push(ahead, behind);
// By its own clock the one would issue a certificate that is not valid yet, and each take the other's stamps for forged.
product.webhooks.splice(
  0,
  2,
  shifted('10.244.255.10', APART_MS, 'webhook'),
  shifted('10.244.255.11', -APART_MS, 'webhook'),
);
const routes = new RouteLog(rig);
t.before(() => product.start());
t.teardown(async () => {
  await product.stop();
  await routes.close();
  await rig.close();
});

const enrolled = (count: number): Promise<App[]> => {
  const annotations = {
    ...{ 'step-weights': PLAN.join(), interval: `${INTERVAL_MS}ms` },
    'progress-deadline': '30s',
  };
  return Promise.all(Array.from({ length: count }, () => App.enrolled(rig, 'clocks', { annotations, replicas: 1 })));
};

/** How long each weight of the canary lasted. */
const dwells = (app: App): number[] =>
  routes
    .steps(app)
    .filter(({ weight }) => weight > 0)
    .map(({ from, to }) => to - from);

t.test('schedulers whose clocks are ten minutes apart skip no step and make none twice', async (t) => {
  const apps = await enrolled(4);
  const loads = apps.map((app) => app.load(25));
  const begunAt = Date.now();
  const before = await Promise.all(product.schedulers.map(ticksEnded));
  await Promise.all(apps.map((app) => app.setImage('1.4.1')));
  const ends = await Promise.all(apps.map((app) => app.phase('Succeeded', 90_000)));
  await Promise.all(loads.map((load) => servedAll(t, load)));
  for (const [index, app] of apps.entries()) {
    t.same(routes.weights(app), [0, ...PLAN, 0], 'it had each weight, once');
    const times = dwells(app);
    // What the clocks themselves may differ by, as Date has whole seconds.
    t.ok(Math.min(...times.slice(0, -1)) >= INTERVAL_MS - 1_000, `for its interval at least: ${times.join(', ')} ms`);
    t.ok(Math.max(...times.slice(0, -1)) <= INTERVAL_MS + SLACK_MS, `and not for longer: ${times.join(', ')} ms`);
    const startedAt = Date.parse(ends[index]?.release?.startedAt ?? '');
    t.ok(
      Math.abs(startedAt - begunAt) < 30_000,
      `the record has the time of the API server: ${startedAt - begunAt} ms`,
    );
  }
  const after = await Promise.all(product.schedulers.map(ticksEnded));
  const ticks = after.map((count, index) => count - (before[index] ?? 0));
  t.ok(Math.min(...ticks) > 0, `all took part: ${ticks.join(', ')} ticks`);
  await Promise.all(apps.map((app) => app.delete()));
});

t.test('each of them knows how far its clock is off, and says so', async (t) => {
  const offsets = await Promise.all(
    product.schedulers.map((scheduler) => metricOf(scheduler, 'headgate_clock_offset_seconds')),
  );
  for (const [index, wanted] of [0, -APART_MS, APART_MS].entries())
    t.ok(Math.abs((offsets[index] ?? 0) - wanted / 1_000) <= 1, `${offsets[index]} s for ${wanted} ms`);
  t.match(readFileSync(ahead.logFile, 'utf8'), /clock is (59|60)\d s ahead of the API server's/);
  t.match(readFileSync(behind.logFile, 'utf8'), /clock is (59|60)\d s behind the API server's/);
  t.notMatch(readFileSync(right.logFile, 'utf8'), /this machine's clock/);
});

t.test('what one of them left behind is not ten minutes late', async (t) => {
  const apps = await enrolled(3);
  const loads = apps.map((app) => app.load(25));
  await Promise.all(apps.map((app) => app.setImage('1.4.1')));
  await Promise.all(apps.map((app) => app.atWeight(20)));
  await Promise.all([right.end('SIGKILL'), ahead.end('SIGKILL')]);
  await Promise.all(apps.map((app) => app.phase('Succeeded', 90_000)));
  await Promise.all(loads.map((load) => servedAll(t, load)));
  for (const app of apps) {
    t.same(routes.weights(app), [0, ...PLAN, 0], 'it had each weight, once');
    const times = dwells(app);
    const late = INTERVAL_MS + FOUND_MS + SLACK_MS;
    t.ok(Math.min(...times.slice(0, -1)) >= INTERVAL_MS - 1_000, `for its interval at least: ${times.join(', ')} ms`);
    t.ok(Math.max(...times.slice(0, -1)) <= late, `and for the resync longer at most: ${times.join(', ')} ms`);
  }
  await Promise.all(apps.map((app) => app.delete()));
});
