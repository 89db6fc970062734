import { setTimeout as sleep } from 'node:timers/promises';
import type { Rig } from '../../rig/rig.ts';
import type { MeasuredProduct } from '../support/measured-product.ts';
import { busyShare, cpuMs, machineTimes } from '../support/process-usage.ts';
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
  /** After a full garbage collection at its end. */
  liveBytes: number;
  /** CPU time that the API server and its etcd used. */
  apiServerMs: number;
  /** Of the whole machine. */
  busy: number;
}

const SAMPLE_MS = 500;

interface Observed {
  rig: Rig;
  product: MeasuredProduct;
}

export async function observe({ rig, product }: Observed, releases: number, durationMs: number): Promise<Plateau> {
  const { scheduler } = product;
  const { apiserver = 0, etcd = 0 } = rig.file.pids;
  const serverMs = (): number => cpuMs(apiserver) + cpuMs(etcd);
  const [times, server] = [machineTimes(), serverMs()];
  const first = await read(scheduler);
  const resident: number[] = [];
  while (Date.now() - first.at < durationMs) {
    resident.push(memoryOf(scheduler));
    await sleep(SAMPLE_MS);
  }
  const last = await read(scheduler);
  const [apiServerMs, busy] = [serverMs() - server, busyShare(times, machineTimes())];
  return {
    releases,
    from: first.at,
    to: last.at,
    residentBytes: median(resident),
    liveBytes: await product.liveBytes(),
    apiServerMs,
    busy,
    ...between(first, last),
  };
}
