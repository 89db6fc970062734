import type { ProductProcess } from '../../rig/product.ts';

/** The sum of a metric of one process over its labels (only with the given one: `verdict="error"`), from its /metrics. */
export async function metricOf(process: ProductProcess, name: string, label = ''): Promise<number> {
  const text = await (await fetch(`${process.url}/metrics`, { signal: AbortSignal.timeout(2_000) })).text();
  const lines = text.split('\n').filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`));
  return lines
    .filter((line) => line.includes(label))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}

/** Ticks that a scheduler has begun, and those it has ended. */
export const ticksBegun = (scheduler: ProductProcess): Promise<number> =>
  metricOf(scheduler, 'headgate_tick_lateness_seconds_count');
export const ticksEnded = (scheduler: ProductProcess): Promise<number> => metricOf(scheduler, 'headgate_ticks_total');
