import { type EventPayload, eventPayload } from '../../notify/event-payload.ts';
import { messageOf, type NoticeSubject } from '../../notify/message.ts';
import type { SendResult } from '../../notify/send-result.ts';
import { type Outgoing, prepare } from '../../notify/target.ts';
import { Limiter } from '../../process/limiter.ts';
import type { Canary } from '../../rollout/machine/canary.ts';
import type { ProviderType } from '../../rollout/spec/schema/alert-provider.ts';
import type { Hook } from '../../rollout/spec/spec-types.ts';
import type { Outstanding } from './delivery.ts';
import type { ReceiverLookup, Receivers } from './receivers.ts';

/** The result of an attempt, with what kind of receiver it was; `event` is a hook. */
export type AttemptResult = { type: ProviderType | 'event' | 'unknown' } & (
  | SendResult
  /** The last attempt failed. */
  | { outcome: 'lost'; why: string }
  /** Not made: the receiver has as many requests at a time as it may have. */
  | { outcome: 'limited' }
);

export interface DispatcherOptions {
  receivers: Pick<Receivers, 'find'>;
  clusterName: string | undefined;
  /** @param home namespace of the AlertProvider that the address is from; none: it is the installation's own, which may be anywhere */
  send: (outgoing: Outgoing, home?: string) => Promise<SendResult>;
  /** Calls an `event` hook, as far as hooks may be called. */
  sendEvent: (hook: Hook, payload: EventPayload, id: string) => Promise<SendResult>;
}

/** Requests of one process to one receiver at the same time. A receiver that does not answer holds up no other, */
const LIMITS = { perKey: 4, queuePerKey: 0 };
/** and those of one namespace, however many they are, none of another. */
const NAMESPACE_LIMITS = { perKey: 12, queuePerKey: 0 };

/** Makes one attempt to deliver one notice to one receiver. */
export class Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #limiter = new Limiter(LIMITS);
  readonly #namespaces = new Limiter(NAMESPACE_LIMITS);

  constructor(options: DispatcherOptions) {
    this.#options = options;
  }

  /** @throws KubeError where the API server does not answer: that is no attempt. */
  async attempt(outstanding: Outstanding, isLast: boolean): Promise<AttemptResult> {
    const receiver = await this.#options.receivers.find(outstanding.record, outstanding.to);
    const result = await this.#attemptAt(receiver, outstanding);
    return isLast && result.outcome === 'retry' ? { type: result.type, outcome: 'lost', why: result.why } : result;
  }

  async #attemptAt(receiver: ReceiverLookup, outstanding: Outstanding): Promise<AttemptResult> {
    if (receiver.is === 'missing') return { type: 'unknown', outcome: 'retry', why: receiver.why };
    if (receiver.is === 'refused') return { type: 'unknown', outcome: 'refused', why: receiver.why };
    const [type, limiterKey] =
      receiver.is === 'hook' ? ['event' as const, receiver.hook.url] : [receiver.target.type, receiver.limiterKey];
    const { namespace = '' } = outstanding.record.metadata;
    const send = () => this.#limiter.run(limiterKey, () => this.#send(receiver, outstanding));
    const result = await this.#namespaces.run(namespace, send);
    return result === undefined ? { type, outcome: 'limited' } : { type, ...result };
  }

  async #send(
    receiver: ReceiverLookup & { is: 'hook' | 'target' },
    { record, notice }: Outstanding,
  ): Promise<SendResult> {
    const subject = this.#subject(record);
    const message = messageOf(notice, subject);
    if (receiver.is === 'hook') {
      return this.#options.sendEvent(receiver.hook, eventPayload(notice, subject, receiver.hook), message.id);
    }
    const prepared = prepare(message, receiver.target);
    // A Secret that lacks something may be repaired, as one that is missing may be created.
    return prepared.ok ? this.#options.send(prepared.outgoing, receiver.home) : { outcome: 'retry', why: prepared.why };
  }

  #subject({ metadata: { namespace = '', name, uid = '' } }: Canary): NoticeSubject {
    const { clusterName: cluster } = this.#options;
    return { namespace, name, uid, ...(cluster !== undefined && { cluster }) };
  }
}
