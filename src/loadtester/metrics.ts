import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { TaskResult } from './child.ts';
import type { TaskType } from './task.ts';

/** What the load tester counts. No label has a value that users choose. */
export type LoadTesterMetrics = ReturnType<typeof createLoadTesterMetrics>;

/** How a request for a command ended: as the command did, or without one. */
export type TaskOutcome = TaskResult['ending'] | 'refused' | 'duplicate' | 'full' | 'stopping';

const BUCKETS = [0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600];

export function createLoadTesterMetrics(registry: Registry) {
  const registers = [registry];
  return {
    tasks: new Counter({
      name: 'headgate_loadtester_tasks_total',
      help: 'Commands that were asked for, by how they ended.',
      labelNames: ['type', 'outcome'],
      registers,
    }) as Counter<'type' | 'outcome'>,
    duration: new Histogram({
      name: 'headgate_loadtester_task_duration_seconds',
      help: 'From the start of a command to its end.',
      labelNames: ['type'],
      buckets: BUCKETS,
      registers,
    }) as Histogram<'type'>,
    gateRequests: new Counter({
      name: 'headgate_loadtester_gate_requests_total',
      help: 'Requests about gates, by their answer.',
      labelNames: ['kind', 'verb', 'code'],
      registers,
    }) as Counter<'kind' | 'verb' | 'code'>,
    /** Commands that run and that wait, read when they are asked for. */
    watch: (count: () => Record<TaskType, { running: number; waiting: number }>): void => {
      gauge(registry, 'running', () => count());
      gauge(registry, 'waiting', () => count());
    },
  };
}

function gauge(
  registry: Registry,
  state: 'running' | 'waiting',
  count: () => Record<TaskType, Record<'running' | 'waiting', number>>,
): void {
  new Gauge({
    name: `headgate_loadtester_${state}`,
    help: state === 'running' ? 'Commands that run.' : 'Commands that wait for their turn.',
    labelNames: ['type'],
    registers: [registry],
    collect() {
      for (const [type, counts] of Object.entries(count())) this.set({ type }, counts[state]);
    },
  });
}
