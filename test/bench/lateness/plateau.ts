import { setTimeout as sleep } from 'node:timers/promises';
import type { ProductProcess } from '../../rig/product.ts';
import { busyShare, machineTimes } from '../support/process-usage.ts';
import { between, memoryOf, read, type Span } from '../support/scheduler-probe.ts';
import { median } from '../support/statistics.ts';

/** A time in which so many releases went on side by side, and none began or ended. */
export interface Plateau extends Span {
  releases: number;
  /** Epoch ms. */
  from: number;
  to: number;
  /** Median over the time. */
  residentBytes: number;
  /** Of the whole machine. */
  busy: number;
}

const SAMPLE_MS = 500;

export async function observe(scheduler: ProductProcess, releases: number, durationMs: number): Promise<Plateau> {
  const times = machineTimes();
  const first = await read(scheduler);
  const resident: number[] = [];
  while (Date.now() - first.at < durationMs) {
    resident.push(memoryOf(scheduler));
    await sleep(SAMPLE_MS);
  }
  const last = await read(scheduler);
  const busy = busyShare(times, machineTimes());
  return {
    releases,
    from: first.at,
    to: last.at,
    residentBytes: median(resident),
    busy,
    ...between(first, last),
  };
}
