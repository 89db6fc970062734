import { parseArgs } from 'node:util';
import { openRig } from '../rig/rig.ts';
import { observe, type Plateau } from './lateness/plateau.ts';
import { report } from './lateness/report.ts';
import { Steps } from './lateness/steps.ts';
import { installRoutes } from './support/apps.ts';
import { MeasuredProduct } from './support/measured-product.ts';
import { RecordWatch } from './support/record-watch.ts';
import { enrol, mustGoOn, release } from './support/side-by-side.ts';

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

const rig = openRig();
const product = new MeasuredProduct(rig);

async function measure(records: RecordWatch): Promise<Plateau[]> {
  const apps = await enrol(rig, Math.max(...levels), intervalMs, records);
  console.error(`${apps.length} apps are enrolled`);
  const plateaus = [await observe({ rig, product }, 0, durationMs)];
  let under = 0;
  for (const level of levels) {
    await release(rig, apps.slice(under, level), intervalMs, records);
    under = level;
    console.error(`${level} releases are under way`);
    plateaus.push(await observe({ rig, product }, level, durationMs));
  }
  mustGoOn(records, under);
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
