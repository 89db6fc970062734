import type { NoticeContent } from '../../notify/message.ts';
import { type Canary, targetOf } from '../../rollout/machine/canary.ts';
import type { Notice, Receipt } from '../../rollout/machine/outbox.ts';
import { isRecord } from '../../rollout/spec/rules/findings.ts';
import { hasMoreValues } from '../../rollout/values.ts';

/**
 * One notice to one receiver, as it is stored in Redis: it names both. What is said, and to which address, is never taken
 * from there: whoever can write to Redis cannot have anything else sent.
 */
export interface Delivery {
  /** Key of the Deployment. */
  key: string;
  /** Name and uid of its record. */
  record: string;
  uid: string;
  /** The receiver, see `Receiver`. */
  to: string;
  notice: Pick<NoticeContent, 'id'>;
}

/** What is to be sent for a delivery: all of it as the stored record has it. */
export interface Outstanding {
  record: Canary;
  notice: NoticeContent;
  to: string;
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
  (status?.outbox ?? []).flatMap(({ id, to }: Notice) =>
    to.map((receiver) => ({ key, record: name, uid, to: receiver, notice: { id } })),
  );

/** The same for one notice to one receiver, in every process and at any time; without a colon, which BullMQ refuses. */
export const idOf = ({ uid, notice, to }: Delivery): string => `${uid}/${encodeURIComponent(`${notice.id}/${to}`)}`;

export const receiptOf = ({ notice, to }: Delivery): Receipt => ({ notice: notice.id, to });

/** The notice of a delivery, while the stored record waits for it: its outbox has the notice for this receiver. */
export function outstanding(
  { key, uid, notice: { id: wanted }, to }: Delivery,
  record: Canary | undefined,
): Outstanding | undefined {
  if (record === undefined || record.metadata.uid !== uid || targetOf(record) !== key) return undefined;
  const found = (record.status?.outbox ?? []).find(({ id, to: receivers }) => id === wanted && receivers.includes(to));
  if (found === undefined) return undefined;
  const { to: _, ...notice } = found;
  return { record, notice, to };
}
