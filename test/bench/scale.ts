import { parseArgs } from 'node:util';
import { openRig } from '../rig/rig.ts';
import { look } from './scale/look.ts';
import { restart } from './scale/restart.ts';
import { deploy, deploymentOf, installRoutes, keyOf } from './support/apps.ts';
import { builtProduct } from './support/built-product.ts';
import { CHART_LIMIT } from './support/image-form.ts';
import { RecordWatch } from './support/record-watch.ts';
import { deliver } from './support/results.ts';
import { enrol, mustGoOn, release } from './support/side-by-side.ts';
import { figure } from './table/words.ts';

/**
 * What schedulers use with more and more releases under way, or, with `--idle`, with more and more apps that have none; and
 * how soon one that was killed is at work again.
 */
const { values } = parseArgs({
  options: {
    releases: { type: 'string', default: '' },
    idle: { type: 'string', default: '' },
    schedulers: { type: 'string', default: '1' },
    interval: { type: 'string', default: '30' },
    seconds: { type: 'string', default: '30' },
    /** Limit of a pod, in MiB: the chart's is too little for more than some 4,000 releases. */
    memory: { type: 'string', default: String(CHART_LIMIT) },
    json: { type: 'string' },
  },
});
const levelsOf = (text: string): number[] => text.split(',').filter(Boolean).map(Number);
const intervalMs = Number(values.interval) * 1_000;
const durationMs = Number(values.seconds) * 1_000;
const rig = openRig();
const product = builtProduct(rig, { schedulers: Number(values.schedulers), memory: Number(values.memory) });
const { schedulers } = product;
const measures: Record<string, number> = {};

/** What is measured is delivered at once: a larger size may not come to its end. */
function note(level: number, figures: object): void {
  for (const [name, value] of Object.entries(figures) as [string, number][]) {
    measures[`${level}: ${name}`] = value;
    console.log(`  ${level}: ${name}: ${figure(value)}`);
  }
  deliver(values.json, measures);
}

async function withReleases(levels: readonly number[], records: RecordWatch): Promise<void> {
  let under = 0;
  for (const level of levels) {
    const apps = await enrol(rig, level - under, intervalMs, records);
    await release(rig, apps, intervalMs, records);
    under = level;
    note(level, await look(schedulers, durationMs));
    mustGoOn(records, under);
    note(level, await restart(rig, schedulers, intervalMs));
    mustGoOn(records, under);
  }
}

async function withIdle(levels: readonly number[], records: RecordWatch): Promise<void> {
  const settings = { canary: 'true', interval: '30s', 'max-weight': '50', 'step-weight': '10' };
  let enrolled = 0;
  for (const level of levels) {
    const apps = await deploy(rig, level - enrolled, deploymentOf({ replicas: 0, settings }));
    await Promise.all(apps.map((app) => records.until(keyOf(app), ({ phase }) => phase === 'Initialized')));
    enrolled = level;
    note(level, await look(schedulers, durationMs));
  }
}

const records = new RecordWatch(rig);
try {
  await installRoutes(rig);
  await product.start();
  const [releases, idle] = [levelsOf(values.releases), levelsOf(values.idle)];
  if (releases.length > 0) await withReleases(releases, records);
  if (idle.length > 0) await withIdle(idle, records);
} finally {
  await records.close();
  await product.stop();
  await rig.close();
}
