import type { NoticeContent } from '../../notify/message.ts';
import type { Canary } from '../../rollout/machine/canary.ts';
import type { Notice, Receipt } from '../../rollout/machine/outbox.ts';

/** One notice on its way to one receiver. It names the receiver, and never where that is: errands are stored in Redis. */
export interface Errand {
  /** Key of the Deployment. */
  key: string;
  /** Name and uid of its record. */
  record: string;
  uid: string;
  to: string;
  notice: NoticeContent;
}

/** Everything that stands in the outbox of a record. */
export const errandsOf = (key: string, { metadata: { name, uid = '' }, status }: Canary): Errand[] =>
  (status?.outbox ?? []).flatMap(({ to, ...notice }: Notice) =>
    to.map((receiver) => ({ key, record: name, uid, to: receiver, notice })),
  );

/** The same for the same notice to the same receiver, in every process and at any time; without a colon, as BullMQ wants it. */
export const idOf = ({ uid, notice, to }: Errand): string => `${uid}/${encodeURIComponent(`${notice.id}/${to}`)}`;

export const receiptOf = ({ notice, to }: Errand): Receipt => ({ notice: notice.id, to });

/** Whether the receiver does not have it yet, by what is stored. */
export const isOutstanding = ({ uid, notice, to }: Errand, record: Canary | undefined): record is Canary =>
  record?.metadata.uid === uid &&
  (record.status?.outbox ?? []).some(({ id, to: receivers }) => id === notice.id && receivers.includes(to));
