import type { Delivery } from '../../notify/delivery.ts';
import { type EventPayload, eventPayload } from '../../notify/event-payload.ts';
import { messageOf, type NoticeSubject } from '../../notify/message.ts';
import { type Outgoing, prepare } from '../../notify/target.ts';
import type { Canary } from '../../rollout/machine/canary.ts';
import type { ProviderType } from '../../rollout/spec/schema/alert-provider.ts';
import type { Hook } from '../../rollout/spec/spec-types.ts';
import type { Errand } from './errand.ts';
import { Lanes } from './lanes.ts';
import type { Found, Receivers } from './receivers.ts';

/** What became of an attempt, and what the receiver is; `event` is a hook. */
export type Sent = { type: ProviderType | 'event' | 'unknown' } & (
  | Delivery
  /** The last attempt failed. */
  | { outcome: 'lost'; why: string }
  /** Not tried: the receiver has enough to answer. */
  | { outcome: 'waits' }
);

export interface DispatchOptions {
  receivers: Pick<Receivers, 'find'>;
  clusterName: string | undefined;
  send: (outgoing: Outgoing) => Promise<Delivery>;
  /** Calls an `event` hook, as far as hooks may be called. */
  sendEvent: (hook: Hook, payload: EventPayload, id: string) => Promise<Delivery>;
}

/** Notices that one receiver is told at a time by one process. */
const WIDTH = 4;

/** One attempt to tell one receiver of one notice. */
export class Dispatch {
  readonly #options: DispatchOptions;
  readonly #lanes = new Lanes(WIDTH);

  constructor(options: DispatchOptions) {
    this.#options = options;
  }

  /** @throws KubeError where the API server does not answer: that is no attempt. */
  async send(record: Canary, errand: Errand, isLast: boolean): Promise<Sent> {
    const sent = await this.#sendTo(await this.#options.receivers.find(record, errand.to), record, errand);
    return isLast && sent.outcome === 'retry' ? { type: sent.type, outcome: 'lost', why: sent.why } : sent;
  }

  async #sendTo(found: Found, record: Canary, errand: Errand): Promise<Sent> {
    if (found.is === 'missing') return { type: 'unknown', outcome: 'retry', why: found.why };
    if (found.is === 'refused') return { type: 'unknown', outcome: 'refused', why: found.why };
    const [type, lane] = found.is === 'hook' ? ['event' as const, found.hook.url] : [found.target.type, found.lane];
    const delivery = await this.#lanes.within(lane, () => this.#deliver(found, this.#subject(record), errand));
    return delivery === undefined ? { type, outcome: 'waits' } : { type, ...delivery };
  }

  async #deliver(
    found: Found & { is: 'hook' | 'target' },
    subject: NoticeSubject,
    { notice }: Errand,
  ): Promise<Delivery> {
    const message = messageOf(notice, subject);
    if (found.is === 'hook') {
      return this.#options.sendEvent(found.hook, eventPayload(notice, subject, found.hook), message.id);
    }
    const prepared = prepare(message, found.target);
    // A Secret may be repaired: like one that is not there.
    return prepared.ok ? this.#options.send(prepared.outgoing) : { outcome: 'retry', why: prepared.why };
  }

  #subject({ metadata: { namespace = '', name, uid = '' } }: Canary): NoticeSubject {
    const { clusterName: cluster } = this.#options;
    return { namespace, name, uid, ...(cluster !== undefined && { cluster }) };
  }
}
