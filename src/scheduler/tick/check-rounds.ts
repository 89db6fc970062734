import { type Askers, checkOf } from '../../analysis/check.ts';
import type { Prometheus } from '../../analysis/prometheus.ts';
import type { QueryTarget } from '../../analysis/queries.ts';
import { isLate, orLate } from '../../process/deadline.ts';
import { keyOf } from '../../rollout/kube.ts';
import type { CheckResult } from '../../rollout/machine/observation.ts';
import type { DueCheck } from '../../rollout/machine/observation-needs.ts';
import type { TrafficWish } from '../../rollout/machine/traffic.ts';
import { canaryName } from '../../rollout/names.ts';
import type { MetricTemplates } from '../metric-templates/metric-templates.ts';

export interface CheckRoundsOptions {
  prometheus: Pick<Prometheus, 'query'>;
  metricTemplates: Pick<MetricTemplates, 'ask'>;
  /** Is told of each check that was made, with the key of its Deployment. */
  onCheck: (key: string, check: CheckResult) => void;
  /** A round that was not waited for has its results. */
  onAnswer: (key: string) => void;
}

export interface RoundInput {
  /** The same for the same round, which is asked once. */
  id: string;
  due: readonly DueCheck[];
  wish: TrafficWish;
  /** As the routes say: `TrafficReading.hosts`. */
  hosts?: readonly string[] | undefined;
  waitMs: number;
}

/**
 * Rounds of checks. A metrics server may take its time: a tick waits for a moment only, and is run again when the results are
 * there.
 */
export class CheckRounds {
  readonly #options: CheckRoundsOptions;
  readonly #rounds = new Map<string, { id: string; results: Promise<CheckResult[]> }>();

  constructor(options: CheckRoundsOptions) {
    this.#options = options;
  }

  /** The results of a round; undefined until they are there. */
  async of({ id, due, wish, hosts, waitMs }: RoundInput): Promise<CheckResult[] | undefined> {
    const key = keyOf(wish.deployment);
    const present = this.#rounds.get(key);
    const round = present?.id === id ? present : { id, results: this.#ask(key, targetOf(wish, hosts), due) };
    this.#rounds.set(key, round);
    const results = await orLate(round.results, waitMs);
    if (!isLate(results)) return results;
    const answered = () => this.#options.onAnswer(key);
    if (round !== present) round.results.then(answered, answered);
    return undefined;
  }

  /** No check is due. @param key of the Deployment */
  forget(key: string): void {
    this.#rounds.delete(key);
  }

  #ask(key: string, target: QueryTarget, due: readonly DueCheck[]): Promise<CheckResult[]> {
    const { prometheus, metricTemplates, onCheck } = this.#options;
    const askers: Askers = {
      ask: (query) => prometheus.query(query),
      askTemplate: (...question) => metricTemplates.ask(...question),
    };
    return Promise.all(
      due.map(async (check) => {
        const result = await checkOf(check, target, askers);
        onCheck(key, result);
        return result;
      }),
    );
  }
}

/** By which names the app's requests are found in the metrics. */
function targetOf({ deployment, hosts, service }: TrafficWish, others: readonly string[] = []): QueryTarget {
  const { namespace = '', name } = deployment.metadata;
  const workloads = { stable: name, canary: canaryName(name) };
  return { namespace, workloads, services: hosts, hosts: [...service.hosts, ...others] };
}
