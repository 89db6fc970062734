import { cpus, loadavg } from 'node:os';

/** What the figures were measured on, and what else kept it busy; for the head of every report. */
export function machine(): string {
  const processors = cpus();
  const load = loadavg()
    .map((value) => value.toFixed(1))
    .join(', ');
  return `${new Date().toISOString().slice(0, 16)} · ${processors.length} × ${processors[0]?.model ?? 'CPU'} · Node ${process.versions.node} · load ${load}`;
}
