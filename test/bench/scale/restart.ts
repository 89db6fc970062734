import { setTimeout as sleep } from 'node:timers/promises';
import { ticksEnded } from '../../cluster/support/scheduler-metrics.ts';
import type { ProductProcess } from '../../rig/product.ts';
import { type Rig, waitFor } from '../../rig/rig.ts';
import { Steps } from '../lateness/steps.ts';
import { histogramQuantile } from '../support/histogram.ts';
import { between, read } from '../support/scheduler-probe.ts';
import { together } from './look.ts';

/** After which time everything must be on time again. */
const SETTLED_MS = 10_000;

export interface Restart {
  /** Seconds from the start of the process. */
  'start to ready': number;
  'start to first tick': number;
  /** Of the interval that comes after the time to settle, in seconds. */
  'lateness after a restart': number;
  /** The step that came soonest after the one before, by how many seconds it was before the interval was over. */
  'earliest step': number;
}

/** Kills all schedulers at once, and starts them again. */
export async function restart(rig: Rig, schedulers: readonly ProductProcess[], intervalMs: number): Promise<Restart> {
  const killed = Date.now();
  await Promise.all(schedulers.map((scheduler) => scheduler.end('SIGKILL')));
  const from = performance.now();
  await Promise.all(schedulers.map((scheduler) => scheduler.start()));
  const ready = (performance.now() - from) / 1_000;
  const hasTicked = async (): Promise<boolean> =>
    (await Promise.all(schedulers.map(ticksEnded))).some((ticks) => ticks > 0);
  await waitFor('the first tick', hasTicked, { timeoutMs: intervalMs + 60_000, everyMs: 50 });
  const ticked = (performance.now() - from) / 1_000;
  await sleep(Math.max(0, SETTLED_MS - ticked * 1_000));
  const before = await Promise.all(schedulers.map(read));
  await sleep(intervalMs);
  const after = await Promise.all(schedulers.map(read));
  const spans = schedulers.map((_, index) => between(before[index]!, after[index]!));
  // From one interval before, so that the step before the kill is one of each pair.
  const gaps = new Steps(rig).weights(intervalMs, { from: killed - intervalMs, to: Date.now() });
  return {
    'start to ready': ready,
    'start to first tick': ticked,
    'lateness after a restart': histogramQuantile(together(spans), 0.99),
    'earliest step': Math.max(0, -Math.min(...gaps)) / 1_000,
  };
}
