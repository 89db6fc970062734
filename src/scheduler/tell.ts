import type { KubeClient } from '../cluster/client.ts';
import { recordEvent } from '../cluster/events.ts';
import { type Fact, REASONS, type Reason } from '../rollout/facts.ts';
import { API_VERSION } from '../rollout/keys.ts';
import type { Logger } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { Canary } from './record.ts';

/** Facts that end a release, and how it ended. */
const ENDINGS: Partial<Record<Reason, string>> = {
  Promoted: 'promoted',
  RolledBack: 'failed',
  Withdrawn: 'withdrawn',
  WayBack: 'wayBack',
  Superseded: 'superseded',
};

/** Carries facts to people: Kubernetes Events on the Canary, log lines, metrics. Holds nobody up and never throws. */
export class Teller {
  readonly #client: KubeClient;
  readonly #log: Logger;
  readonly #metrics: Metrics;
  readonly #underWay = new Set<Promise<unknown>>();

  constructor(client: KubeClient, log: Logger, metrics: Metrics) {
    this.#client = client;
    this.#log = log;
    this.#metrics = metrics;
  }

  tell(record: Canary, facts: readonly Fact[]): void {
    const { namespace = '', name, uid = '', resourceVersion = '' } = record.metadata;
    facts.forEach(({ reason, message, revision }, index) => {
      const level = REASONS[reason] === 'Warning' ? 'warn' : 'info';
      this.#log[level]({ canary: `${namespace}/${name}`, reason, revision }, message);
      const outcome = ENDINGS[reason];
      if (outcome !== undefined) this.#metrics.releases.inc({ outcome });
      if (reason === 'WentAround') this.#metrics.bypasses.inc();
      const regarding = { apiVersion: API_VERSION, kind: 'Canary', namespace, name, uid };
      // The commit that made the fact names it: told twice, it is the same Event.
      const event = {
        regarding,
        id: `${resourceVersion}/${reason}/${index}`,
        type: REASONS[reason],
        reason,
        message,
        at: Date.now(),
      };
      this.#track(
        recordEvent(this.#client, event, (error) => this.#log.warn({ err: error }, 'an Event could not be written')),
      );
    });
  }

  #track(work: Promise<unknown>): void {
    this.#underWay.add(work);
    void work.finally(() => this.#underWay.delete(work));
  }

  /** Resolves when everything was sent, or failed. */
  async flush(): Promise<void> {
    await Promise.allSettled(this.#underWay);
  }
}
