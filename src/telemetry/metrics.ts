import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { OUTCOMES } from '../rollout/machine/history.ts';
import { canaryMetrics } from './canary-metrics.ts';

/**
 * Everything that Headgate counts. Labels have few values: words of Headgate's own, or, for what is about one Canary, those of
 * Canaries that are there.
 */
export type Metrics = ReturnType<typeof createMetrics>;

const TICK_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const HOOK_BUCKETS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];
const RELEASE_BUCKETS = [10, 30, 60, 120, 300, 600, 1_200, 1_800, 3_600, 7_200, 14_400, 43_200, 86_400, 604_800];
const ADMISSION_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5];

/** Registers all metrics in a registry of the caller's own. */
export function createMetrics(registry: Registry) {
  const metrics = {
    canaries: canaryMetrics(registry),
    ...processMetrics(registry),
    ...clusterMetrics(registry),
    ...queueMetrics(registry),
    ...releaseMetrics(registry),
    ...hookMetrics(registry),
    ...admissionMetrics(registry),
  };
  // Prometheus sees no increase in a series that begins with its first event: what is alerted on begins before.
  for (const outcome of OUTCOMES) metrics.releaseDuration.zero({ outcome });
  metrics.ticks.inc({ outcome: 'error' }, 0);
  return metrics;
}

function processMetrics(registry: Registry) {
  return {
    buildInfo: new Gauge({
      name: 'headgate_build_info',
      help: 'Always 1: which process runs, and its version.',
      labelNames: ['process', 'version'],
      registers: [registry],
    }),
  };
}

function queueMetrics(registry: Registry) {
  const gauge = silentGaugeIn(registry);
  return {
    redisConnected: gauge('headgate_redis_connected', 'Is 1 while this process is connected to Redis.'),
    queueLag: gauge('headgate_queue_lag_seconds', 'How late the last job was when it was taken from the queue.'),
    queueTaken: gauge('headgate_queue_job_timestamp_seconds', 'When this process last took a job from the queue.'),
    hintsDropped: counterIn(registry)(
      'headgate_hints_dropped_total',
      'Hints of the webhook that Redis did not take; the scheduler finds their work itself.',
      [],
    ),
  };
}

function clusterMetrics(registry: Registry) {
  const counter = counterIn(registry);
  return {
    apiRequests: counter(
      'headgate_api_requests_total',
      'Requests to the API server; a watch counts once, when it opens.',
      ['verb', 'resource', 'code'],
    ),
    watchRestarts: counter('headgate_watch_restarts_total', 'Watches that ended and were opened again.', [
      'resource',
      'reason',
    ]),
    releaseWatches: new Gauge({
      name: 'headgate_release_watches',
      help: 'Watches that are open for releases under way.',
      registers: [registry],
    }),
    clockOffset: new Gauge({
      name: 'headgate_clock_offset_seconds',
      help: "What is to be added to this machine's clock to get the API server's.",
      registers: [registry],
    }),
    watchMissed: counter('headgate_watch_missed_total', 'Changes that only a full list showed.', ['resource']),
  };
}

function releaseMetrics(registry: Registry) {
  const counter = counterIn(registry);
  return {
    ticks: counter('headgate_ticks_total', 'Ticks by how they ended.', ['outcome']),
    tickDuration: new Histogram({
      name: 'headgate_tick_duration_seconds',
      help: 'From the start of a tick to its end.',
      buckets: TICK_BUCKETS,
      registers: [registry],
    }),
    tickLateness: new Histogram({
      name: 'headgate_tick_lateness_seconds',
      help: 'From when a tick was due to its start.',
      buckets: TICK_BUCKETS,
      registers: [registry],
    }),
    checks: counter('headgate_checks_total', 'Checks of a canary by verdict.', ['verdict']),
    releaseDuration: new Histogram({
      name: 'headgate_release_duration_seconds',
      help: 'From the start of a release to its end, by how it ended.',
      labelNames: ['outcome'],
      buckets: RELEASE_BUCKETS,
      registers: [registry],
    }),
    bypasses: counter('headgate_bypasses_total', 'Changes let through by break-glass.', []),
    notices: counter('headgate_notices_total', 'Attempts to send a notification, by receiver and outcome.', [
      'type',
      'outcome',
    ]),
    held: new Gauge({
      name: 'headgate_held',
      help: 'Deployments with a revision that is held.',
      registers: [registry],
    }),
  };
}

function hookMetrics(registry: Registry) {
  return {
    hookCalls: counterIn(registry)('headgate_hook_calls_total', 'Questions to hooks by what became of them.', [
      'type',
      'outcome',
    ]),
    hookDuration: new Histogram({
      name: 'headgate_hook_duration_seconds',
      help: 'From a question to a hook to its end, all calls of it included.',
      labelNames: ['type'],
      buckets: HOOK_BUCKETS,
      registers: [registry],
    }),
  };
}

function admissionMetrics(registry: Registry) {
  return {
    admissionDuration: new Histogram({
      name: 'headgate_admission_duration_seconds',
      help: 'Time to answer an admission review, by outcome.',
      labelNames: ['outcome'],
      buckets: ADMISSION_BUCKETS,
      registers: [registry],
    }),
    certificateExpiry: silentGaugeIn(registry)(
      'headgate_certificate_expiry_timestamp_seconds',
      "When the webhook's serving certificate ends.",
    ),
  };
}

const counterIn =
  (registry: Registry) =>
  <L extends string>(name: string, help: string, labelNames: L[]): Counter<L> =>
    new Counter({ name, help, labelNames, registers: [registry] });

/** Has no series until it is set: a process that knows nothing of it must not say 0. */
const silentGaugeIn = (registry: Registry) => (name: string, help: string) => {
  const gauge = new Gauge({ name, help, registers: [registry] });
  gauge.remove();
  return gauge;
};
