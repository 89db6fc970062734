import type { Measures } from '../parts/part.ts';
import { keyOf } from '../support/apps.ts';
import { quantile } from '../support/statistics.ts';
import type { FleetApp } from './fleet.ts';
import type { Sightings } from './sightings.ts';
import { extraPodSeconds, firstWeights, latenesses, since } from './times.ts';
import type { Usage } from './usage.ts';

/** To the API server: in the namespaces of apps, and elsewhere. */
export interface Requests {
  ofApps: number;
  others: number;
}

/** One release of every app, from before the change until the last one was over. */
export interface Observed {
  apps: readonly FleetApp[];
  sightings: Pick<Sightings, 'pods' | 'weights' | 'firstPods'>;
  /** When the change of each app came. */
  changes: ReadonlyMap<string, number>;
  /** With nothing to release. */
  idle: Usage;
  idleRequests: Requests;
  busy: Usage;
  requests: Requests;
  applySeconds: number;
  /** Epoch ms. */
  from: number;
  to: number;
}

const MEGABYTE = 1_048_576;

/** Seconds, MiB, percent of a core and numbers. */
export function summary(observed: Observed, intervalMs: number): Measures {
  const { apps, sightings, changes, idle, idleRequests, busy, requests, applySeconds, from, to } = observed;
  const pods = since(changes, sightings.firstPods());
  const weights = since(changes, firstWeights(sightings.weights));
  const late = latenesses(sightings.weights, intervalMs);
  return {
    'idle requests': idleRequests.ofApps / apps.length / (idle.seconds / 60),
    'other requests': idleRequests.others / (idle.seconds / 60),
    'idle CPU': (idle.cpuSeconds / idle.seconds) * 100,
    'idle memory': idle.bytes / MEGABYTE,
    'idle memory of the first': idle.firstBytes / MEGABYTE,
    requests: requests.ofApps / apps.length,
    CPU: busy.cpuSeconds,
    memory: busy.bytes / MEGABYTE,
    'memory of the first': busy.firstBytes / MEGABYTE,
    apply: applySeconds,
    'first pod p50': quantile(pods, 0.5),
    'first pod p99': quantile(pods, 0.99),
    'first weight p50': quantile(weights, 0.5),
    'first weight p99': quantile(weights, 0.99),
    'lateness p50': quantile(late, 0.5),
    'lateness p99': quantile(late, 0.99),
    seconds: (to - from) / 1_000,
    'extra pod-seconds': podSecondsOf(observed),
  };
}

/** A release of an app of several pods, on average. */
function podSecondsOf({ apps, sightings, from, to }: Observed): number {
  const large = apps.filter(({ replicas }) => replicas > 1);
  const spans = [...sightings.pods.values()];
  const each = large.map((app) =>
    extraPodSeconds(
      spans.filter(({ key }) => key === keyOf(app)),
      app.replicas,
      from,
      to,
    ),
  );
  return each.reduce((sum, seconds) => sum + seconds, 0) / large.length;
}
