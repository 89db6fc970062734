import type { NoticeContent } from '../../notify/message.ts';
import type { Canary } from '../../rollout/machine/canary.ts';
import type { Notice, Receipt } from '../../rollout/machine/outbox.ts';
import { isRecord } from '../../rollout/spec/rules/findings.ts';
import { hasMoreValues } from '../../rollout/values.ts';

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

/** Characters of each text in it, and fields in all: more than Headgate writes. */
const MOST = { text: 32_768, fields: 64 };

/** Whether it is one of ours: what stands in Redis may be anybody's, of any size. */
export const isDelivery = (data: unknown): data is Delivery =>
  isRecord(data) &&
  ['key', 'record', 'uid', 'to'].every((field) => typeof data[field] === 'string') &&
  isRecord(data['notice']) &&
  typeof data['notice']['id'] === 'string' &&
  !hasMoreValues(data, MOST.fields) &&
  [...Object.values(data), ...Object.values(data['notice'])].every(isShort);

const isShort = (value: unknown): boolean => typeof value !== 'string' || value.length <= MOST.text;

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
