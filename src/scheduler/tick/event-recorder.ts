import type { KubeClient } from '../../cluster/client.ts';
import { type EventFact, recordEvent } from '../../cluster/events.ts';
import type { Clock } from '../../cluster/server-clock.ts';
import { API_VERSION } from '../../rollout/keys.ts';
import type { Deployment } from '../../rollout/kube.ts';
import type { Canary } from '../../rollout/machine/canary.ts';
import { type Fact, fact, REASONS } from '../../rollout/machine/facts.ts';
import { deletionWords } from '../../rollout/machine/troubles/record-deleted.ts';
import type { Logger } from '../../telemetry/log.ts';
import type { Metrics } from '../../telemetry/metrics.ts';

/** Makes facts Kubernetes Events on the Canary, log lines and metrics. Nobody has to wait for it, and it never throws. */
export class EventRecorder {
  readonly #client: KubeClient;
  readonly #logger: Logger;
  readonly #metrics: Metrics;
  readonly #clock: Clock;
  /** By the uid of a Canary, the end of the chain of its Events that are still being posted. */
  readonly #posting = new Map<string, Promise<void>>();

  constructor(client: KubeClient, log: Logger, metrics: Metrics, clock: Clock) {
    this.#client = client;
    this.#logger = log;
    this.#metrics = metrics;
    this.#clock = clock;
  }

  /**
   * @param source identifies what the facts follow from, by default the commit. Facts of one source that are recorded
   * again are not posted again.
   */
  recordFacts(record: Canary, facts: readonly Fact[], source = record.metadata.resourceVersion ?? ''): void {
    for (const [index, told] of facts.entries()) {
      if (told.reason === 'WentAround') this.#metrics.bypasses.inc();
      this.#log(record, told);
      this.#post(record, told, `${source}/${told.reason}/${index}`);
    }
  }

  /** Of a Deployment whose Canary is gone: posted once for each revision, however often it is recorded. */
  recordDeleted(deployment: Deployment, revision: string): void {
    const told = fact('RecordDeleted', deletionWords(displayed(deployment), revision), revision);
    this.#tellOf(deployment, told, revision);
  }

  /** Of a Deployment whose Canary the API server will not have: posted once for the same words, however often it is recorded. */
  recordRefused(deployment: Deployment, why: string): void {
    const words = `${displayed(deployment)} is not released: its Canary cannot be written: ${why}`;
    this.#tellOf(deployment, fact('RecordRefused', words), why);
  }

  /** Where there is no Canary to tell it of. @param once the same text is posted once */
  #tellOf({ metadata }: Deployment, told: Fact, once: string): void {
    const { namespace = '', name, uid = '' } = metadata;
    this.#log({ metadata }, told);
    this.#send({ apiVersion: 'apps/v1', kind: 'Deployment', namespace, name, uid }, told, `${told.reason}/${once}`);
  }

  #log({ metadata: { namespace = '', name } }: Pick<Canary, 'metadata'>, { reason, message, revision }: Fact): void {
    const level = REASONS[reason] === 'Warning' ? 'warn' : 'info';
    this.#logger[level]({ canary: `${namespace}/${name}`, reason, revision }, message);
  }

  /** The Events of one Canary are posted one after the other: they are stored in the order in which things happened. */
  #post({ metadata: { namespace = '', name, uid = '' } }: Canary, told: Fact, id: string): void {
    this.#send({ apiVersion: API_VERSION, kind: 'Canary', namespace, name, uid }, told, id);
  }

  #send(regarding: EventFact['regarding'], { reason, message }: Fact, id: string): void {
    const { uid } = regarding;
    const event = { regarding, id, type: REASONS[reason], reason, message, at: this.#clock() };
    const onError = (error: unknown) => this.#logger.warn({ err: error }, 'an Event could not be written');
    const before = this.#posting.get(uid) ?? Promise.resolve();
    const posted = before
      .then(() => recordEvent(this.#client, event, onError))
      .then(() => {
        if (this.#posting.get(uid) === posted) this.#posting.delete(uid);
      });
    this.#posting.set(uid, posted);
  }

  /** Resolves when every Event was posted, or could not be. */
  async flush(): Promise<void> {
    await Promise.allSettled(this.#posting.values());
  }
}

const displayed = ({ metadata: { namespace = '', name } }: Deployment): string => `${name}.${namespace}`;
