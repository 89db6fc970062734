import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';

/** What the figures were measured on, and what else kept it busy; for the head of every report. */
export function machine(): string {
  const processors = cpus();
  const load = loadavg()
    .map((value) => value.toFixed(1))
    .join(', ');
  return `${new Date().toISOString().slice(0, 16)} · ${processors.length} × ${processors[0]?.model ?? 'CPU'} · Node ${process.versions.node} · load ${load}`;
}

/** The same for the page: what another one can be compared by. */
export function machineLine(quick: boolean): string {
  const [kernel] = /^\d+\.\d+/.exec(release()) ?? [];
  const gigabytes = Math.round(totalmem() / 2 ** 30);
  const form = quick ? 'the quick form' : 'the whole form';
  return `Measured on ${new Date().toISOString().slice(0, 10)} by ${form} on ${availableParallelism()} cores with ${gigabytes} GiB, Linux ${kernel}, Node ${process.versions.node}; the load of the last quarter of an hour was ${loadavg()[2]?.toFixed(1)}.`;
}
