import type { NoticeContent } from '../../notify/message.ts';
import type { Canary } from '../../rollout/machine/canary.ts';
import type { Notice, Receipt } from '../../rollout/machine/outbox.ts';

/** One notice to one receiver. It names the receiver, and never its address: deliveries are stored in Redis. */
export interface Delivery {
  /** Key of the Deployment. */
  key: string;
  /** Name and uid of its record. */
  record: string;
  uid: string;
  /** The receiver, see `Receiver`. */
  to: string;
  notice: NoticeContent;
}

/** Everything that stands in the outbox of a record. */
export const deliveriesOf = (key: string, { metadata: { name, uid = '' }, status }: Canary): Delivery[] =>
  (status?.outbox ?? []).flatMap(({ to, ...notice }: Notice) =>
    to.map((receiver) => ({ key, record: name, uid, to: receiver, notice })),
  );

/** The same for one notice to one receiver, in every process and at any time; without a colon, which BullMQ refuses. */
export const idOf = ({ uid, notice, to }: Delivery): string => `${uid}/${encodeURIComponent(`${notice.id}/${to}`)}`;

export const receiptOf = ({ notice, to }: Delivery): Receipt => ({ notice: notice.id, to });

/** Whether the stored record still waits for it: its outbox has this notice for this receiver. */
export const isOutstanding = ({ uid, notice, to }: Delivery, record: Canary | undefined): record is Canary =>
  record?.metadata.uid === uid &&
  (record.status?.outbox ?? []).some(({ id, to: receivers }) => id === notice.id && receivers.includes(to));
