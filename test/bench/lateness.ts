import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { openRig } from '../rig/rig.ts';
import { observe, type Plateau } from './lateness/plateau.ts';
import { report } from './lateness/report.ts';
import { Steps } from './lateness/steps.ts';
import { type App, deploy, deploymentOf, installRoutes, keyOf, setImage } from './support/apps.ts';
import { MeasuredProduct } from './support/measured-product.ts';
import { RecordWatch } from './support/record-watch.ts';

/**
 * How late steps are while hundreds of releases go on side by side, and what they cost the scheduler. Releases are started
 * evenly over their interval, and their plan is long enough that none ends while it is measured.
 */
const { values } = parseArgs({
  options: {
    releases: { type: 'string', default: '100,200,400' },
    interval: { type: 'string', default: '10' },
    seconds: { type: 'string', default: '30' },
  },
});
const levels = values.releases.split(',').map(Number);
const intervalMs = Number(values.interval) * 1_000;
const durationMs = Number(values.seconds) * 1_000;

/** Most releases whose canary is on its way: the controllers and the node need time for each. */
const STARTING = 12;
const SETTINGS = {
  canary: 'true',
  interval: `${intervalMs}ms`,
  'step-weights': Array.from({ length: 90 }, (_, index) => index + 1).join(),
  metrics: '[]',
};
const rig = openRig();
const product = new MeasuredProduct(rig);

/** Starts the releases of all apps, one after the other so that their steps are spread over an interval. */
async function release(apps: readonly App[], records: RecordWatch): Promise<void> {
  const gapMs = intervalMs / apps.length;
  const starting = new Set<Promise<unknown>>();
  for (const app of apps) {
    while (starting.size >= STARTING) await Promise.race(starting);
    await setImage(rig, app, 'hollow:1.0.1');
    const started = records
      .until(keyOf(app), ({ canaryWeight }) => canaryWeight > 0)
      .finally(() => starting.delete(started));
    starting.add(started);
    await sleep(gapMs);
  }
  await Promise.all(starting);
}

async function measure(records: RecordWatch): Promise<Plateau[]> {
  const apps = await deploy(rig, Math.max(...levels), deploymentOf({ replicas: 1, settings: SETTINGS }));
  await Promise.all(apps.map((app) => records.until(keyOf(app), ({ phase }) => phase === 'Initialized')));
  console.error(`${apps.length} apps are enrolled`);
  const plateaus = [await observe({ rig, product }, 0, durationMs)];
  let under = 0;
  for (const level of levels) {
    await release(apps.slice(under, level), records);
    under = level;
    console.error(`${level} releases are under way`);
    plateaus.push(await observe({ rig, product }, level, durationMs));
  }
  const going = records.statuses().filter(({ phase }) => phase === 'Progressing').length;
  if (going !== under) throw new Error(`${going} of ${under} releases still go on`);
  return plateaus;
}

const records = new RecordWatch(rig);
try {
  await installRoutes(rig);
  await product.start();
  const plateaus = await measure(records);
  const steps = new Steps(rig);
  const measured = plateaus.map((plateau) => ({
    plateau,
    commits: steps.commits(records.dues, plateau),
    weights: steps.weights(intervalMs, plateau),
  }));
  console.log(report(measured, intervalMs));
} finally {
  await records.close();
  await product.stop();
  await rig.close();
}
