/** What a remark means for the person: what stops, what is lost, what differs, and what is there without being needed. */
const REMARK_KINDS = ['problem', 'lost', 'note', 'unneeded'] as const;
export type RemarkKind = (typeof REMARK_KINDS)[number];

/** Something to tell about a field of Flagger's; the message is a predicate on its value. */
export interface Remark {
  kind: RemarkKind;
  /** The field's path as it stands in the file. */
  key: string;
  value?: unknown;
  message: string;
}

const remarkOf =
  (kind: RemarkKind) =>
  (key: string, message: string, value?: unknown): Remark => ({ kind, key, value, message });

export const problemOn = remarkOf('problem');
export const lossOf = remarkOf('lost');
export const noteOn = remarkOf('note');

/** Whether something did not come over. */
export const isLoss = ({ kind }: Remark): boolean => kind === 'problem' || kind === 'lost';

/** The gravest first, each kind in the order in which it was found; nothing twice. */
export function inOrder(remarks: readonly Remark[]): Remark[] {
  const distinct = new Map(remarks.map((remark) => [`${remark.key}\n${remark.message}`, remark]));
  return [...distinct.values()].toSorted((a, b) => REMARK_KINDS.indexOf(a.kind) - REMARK_KINDS.indexOf(b.kind));
}
