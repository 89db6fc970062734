import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { openRig } from '../rig/rig.ts';
import { addOthers } from './memory/others.ts';
import { type Idle, report } from './memory/report.ts';
import { deploy, deploymentOf, installRoutes, keyOf } from './support/apps.ts';
import { MeasuredProduct } from './support/measured-product.ts';
import { cpuMs } from './support/process-usage.ts';
import { RecordWatch } from './support/record-watch.ts';
import { between, memoryOf, read } from './support/scheduler-probe.ts';

/** What enrolled apps cost the scheduler while nothing is released, and what everything else in the cluster costs it. */
const { values } = parseArgs({
  options: {
    apps: { type: 'string', default: '100,500,1000' },
    others: { type: 'string', default: '1000' },
    seconds: { type: 'string', default: '20' },
  },
});
const levels = values.apps.split(',').map(Number);
const others = Number(values.others);
const durationMs = Number(values.seconds) * 1_000;

const rig = openRig();
const product = new MeasuredProduct(rig);
const { scheduler } = product;

async function look(apps: number, others: number): Promise<Idle> {
  await sleep(2_000);
  const first = await read(scheduler);
  await sleep(durationMs);
  const { seconds, cpuMs, apiRequests } = between(first, await read(scheduler));
  const liveBytes = await product.liveBytes();
  return {
    apps,
    others,
    liveBytes,
    residentBytes: memoryOf(scheduler),
    cpuMs: cpuMs / seconds,
    requests: apiRequests / seconds,
  };
}

async function measure(): Promise<string> {
  const idle = [await look(0, 0)];
  const settings = { canary: 'true', interval: '30s', threshold: '5', 'max-weight': '50', 'step-weight': '10' };
  let enrolled = 0;
  for (const level of levels) {
    const apps = await deploy(rig, level - enrolled, deploymentOf({ replicas: 0, settings }));
    await Promise.all(apps.map((app) => records.until(keyOf(app), ({ phase }) => phase === 'Initialized')));
    enrolled = level;
    console.error(`${level} apps are enrolled`);
    idle.push(await look(level, 0));
  }
  const before = cpuMs(scheduler.pid);
  await addOthers(rig, others);
  const adding = cpuMs(scheduler.pid) - before;
  idle.push(await look(enrolled, others));
  return report(idle, adding);
}

const records = new RecordWatch(rig);
try {
  await installRoutes(rig);
  await product.start();
  console.log(await measure());
} finally {
  await records.close();
  await product.stop();
  await rig.close();
}
