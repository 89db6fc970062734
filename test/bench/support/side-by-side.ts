import { setTimeout as sleep } from 'node:timers/promises';
import type { Rig } from '../../rig/rig.ts';
import { type App, deploy, deploymentOf, keyOf, setImage } from './apps.ts';
import type { RecordWatch } from './record-watch.ts';

/** Most releases whose canary is on its way: the controllers and the node need time for each. */
const STARTING = 20;

/** Apps that wait for releases whose plan is long enough that none ends while it is measured. */
export async function enrol(rig: Rig, count: number, intervalMs: number, records: RecordWatch): Promise<App[]> {
  const settings = {
    canary: 'true',
    interval: `${intervalMs}ms`,
    'step-weights': Array.from({ length: 90 }, (_, index) => index + 1).join(),
    metrics: '[]',
  };
  const apps = await deploy(rig, count, deploymentOf({ replicas: 1, settings }));
  await Promise.all(apps.map((app) => records.until(keyOf(app), ({ phase }) => phase === 'Initialized')));
  return apps;
}

/** Starts the releases of all apps, one after the other so that their steps are spread over an interval. */
export async function release(rig: Rig, apps: readonly App[], intervalMs: number, records: RecordWatch): Promise<void> {
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

/** Throws unless so many releases still go on. */
export function mustGoOn(records: RecordWatch, releases: number): void {
  const going = records.statuses().filter(({ phase }) => phase === 'Progressing').length;
  if (going !== releases) throw new Error(`${going} of ${releases} releases still go on`);
}
