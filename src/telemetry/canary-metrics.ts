import { Counter, Gauge, type Registry } from 'prom-client';
import { keyOf } from '../rollout/kube.ts';
import { type Canary, targetOf } from '../rollout/machine/canary.ts';
import { CanaryChecks } from './canary-checks.ts';
import { FAMILIES, type Family } from './canary-families.ts';

/** Canaries that have series of their own. Each has some fifteen; a Prometheus that must not be filled is other people's too. */
const MOST_CANARIES = 2_000;

export interface CanaryMetrics {
  /** From where the Canaries are taken at each scrape. */
  watch: (list: () => readonly Canary[]) => void;
  /** @param key of the Deployment */
  countCheck: (key: string, metric: string, verdict: string) => void;
}

/**
 * The series of each Canary. They are made of the Canaries at each scrape, so that one that is gone, or not followed any more,
 * leaves none behind.
 */
export function canaryMetrics(registry: Registry, most = MOST_CANARIES): CanaryMetrics {
  const checks = new CanaryChecks(most);
  let list: () => readonly Canary[] = () => [];
  const exported = () => firstOf(list().filter(isEnrolled), most);
  for (const family of FAMILIES) addFamily(registry, family, exported);
  addChecks(registry, checks, exported);
  new Gauge({
    name: 'headgate_canaries_without_series',
    help: 'Canaries beyond the number that have series of their own.',
    registers: [registry],
    collect() {
      this.set(Math.max(list().filter(isEnrolled).length - most, 0));
    },
  });
  return {
    watch: (source) => {
      list = source;
    },
    countCheck: (key, metric, verdict) => checks.add(key, metric, verdict),
  };
}

/** In an order that is the same in every scheduler, where there are more. Each family asks for them. */
function firstOf(canaries: readonly Canary[], most: number): readonly Canary[] {
  if (canaries.length <= most) return canaries;
  const byKey = new Map(canaries.map((canary) => [keyOf(canary), canary]));
  const keys = [...byKey.keys()].toSorted().slice(0, most);
  return keys.flatMap((key) => byKey.get(key) ?? []);
}

const isEnrolled = ({ status }: Canary): boolean =>
  (status?.conditions ?? []).some((condition) => condition.type === 'Enrolled' && condition.status === 'True');

const nameOf = ({ metadata: { namespace = '', name } }: Canary) => ({ namespace, name });

function addFamily(
  registry: Registry,
  { name, help, labels = [], samples }: Family,
  exported: () => readonly Canary[],
): void {
  new Gauge<string>({
    name,
    help,
    labelNames: ['namespace', 'name', ...labels],
    registers: [registry],
    collect() {
      this.reset();
      for (const canary of exported()) {
        for (const sample of samples(canary.status ?? {}, canary)) {
          this.set({ ...nameOf(canary), ...sample.labels }, sample.value);
        }
      }
    },
  });
}

/** Of the checks that this process made: the sum over the schedulers is the number of all. */
function addChecks(registry: Registry, checks: CanaryChecks, exported: () => readonly Canary[]): void {
  new Counter({
    name: 'headgate_canary_checks_total',
    help: 'Checks of a canary, by metric and verdict.',
    labelNames: ['namespace', 'name', 'metric', 'verdict'],
    registers: [registry],
    collect() {
      this.reset();
      const canaries = exported();
      checks.keep(new Set(canaries.map(targetOf)));
      for (const canary of canaries) {
        for (const { count, ...labels } of checks.of(targetOf(canary)))
          this.inc({ ...nameOf(canary), ...labels }, count);
      }
    },
  });
}
