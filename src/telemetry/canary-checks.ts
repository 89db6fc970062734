/** A count of checks of one Canary. */
export interface CheckCount {
  metric: string;
  verdict: string;
  count: number;
}

/** A Canary has a few metrics; whatever more names it had over time count under one. */
const MOST_METRICS = 20;
const OTHERS = 'others';

/** Checks that this process made, by the key of the Deployment, the metric and the verdict. */
export class CanaryChecks {
  readonly #most: number;
  readonly #counts = new Map<string, Map<string, Map<string, number>>>();

  /** @param most Deployments; those beyond are not counted */
  constructor(most: number) {
    this.#most = most;
  }

  add(key: string, metric: string, verdict: string): void {
    const metrics = this.#counts.get(key) ?? new Map<string, Map<string, number>>();
    if (metrics.size === 0 && this.#counts.size >= this.#most) return;
    this.#counts.set(key, metrics);
    const name = metrics.has(metric) || metrics.size < MOST_METRICS ? metric : OTHERS;
    const verdicts = metrics.get(name) ?? new Map<string, number>();
    metrics.set(name, verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1));
  }

  of(key: string): CheckCount[] {
    return [...(this.#counts.get(key) ?? [])].flatMap(([metric, verdicts]) =>
      [...verdicts].map(([verdict, count]) => ({ metric, verdict, count })),
    );
  }

  /** Forgets all but those of these keys. */
  keep(keys: ReadonlySet<string>): void {
    for (const key of this.#counts.keys()) if (!keys.has(key)) this.#counts.delete(key);
  }
}
