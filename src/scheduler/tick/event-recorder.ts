import type { KubeClient } from '../../cluster/client.ts';
import { recordEvent } from '../../cluster/events.ts';
import { API_VERSION } from '../../rollout/keys.ts';
import type { Canary } from '../../rollout/machine/canary.ts';
import { type Fact, REASONS, type Reason } from '../../rollout/machine/facts.ts';
import type { Logger } from '../../telemetry/log.ts';
import type { Metrics } from '../../telemetry/metrics.ts';

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
  /** The last Event of each Canary that is on its way. */
  readonly #posting = new Map<string, Promise<void>>();

  constructor(client: KubeClient, log: Logger, metrics: Metrics) {
    this.#client = client;
    this.#log = log;
    this.#metrics = metrics;
  }

  /** @param source what the facts follow from, the commit that made them unless said: told twice, they are the same Events. */
  tell(record: Canary, facts: readonly Fact[], source = record.metadata.resourceVersion ?? ''): void {
    for (const [index, fact] of facts.entries()) {
      this.#count(fact.reason);
      this.#write(record, fact);
      this.#post(record, fact, `${source}/${fact.reason}/${index}`);
    }
  }

  #count(reason: Reason): void {
    const outcome = ENDINGS[reason];
    if (outcome !== undefined) this.#metrics.releases.inc({ outcome });
    if (reason === 'WentAround') this.#metrics.bypasses.inc();
  }

  #write({ metadata: { namespace = '', name } }: Canary, { reason, message, revision }: Fact): void {
    const level = REASONS[reason] === 'Warning' ? 'warn' : 'info';
    this.#log[level]({ canary: `${namespace}/${name}`, reason, revision }, message);
  }

  /** The Events of one Canary are posted one after the other: whoever reads them reads a story. */
  #post({ metadata: { namespace = '', name, uid = '' } }: Canary, { reason, message }: Fact, id: string): void {
    const regarding = { apiVersion: API_VERSION, kind: 'Canary', namespace, name, uid };
    const event = { regarding, id, type: REASONS[reason], reason, message, at: Date.now() };
    const onError = (error: unknown) => this.#log.warn({ err: error }, 'an Event could not be written');
    const before = this.#posting.get(uid) ?? Promise.resolve();
    const posted = before
      .then(() => recordEvent(this.#client, event, onError))
      .then(() => {
        if (this.#posting.get(uid) === posted) this.#posting.delete(uid);
      });
    this.#posting.set(uid, posted);
  }

  /** Resolves when everything was sent, or failed. */
  async flush(): Promise<void> {
    await Promise.allSettled(this.#posting.values());
  }
}
