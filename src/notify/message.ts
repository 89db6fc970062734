import type { Reason } from '../rollout/machine/facts.ts';
import type { Notice } from '../rollout/machine/outbox.ts';
import type { Phase, Time } from '../rollout/machine/state.ts';
import type { Severity } from '../rollout/spec/schema/alert-schema.ts';

/** Whose notice it is. */
export interface NoticeSubject {
  namespace: string;
  /** Name and uid of the Canary. */
  name: string;
  uid: string;
  /** What the installation calls its cluster, if it does. */
  cluster?: string;
}

/** What was told, as no receiver in particular has it. */
export interface Message {
  /** The same however often it is sent, and unique among all. */
  id: string;
  at: Time;
  reason: Reason;
  severity: Severity;
  /** `podinfo.demo: rolled back`. */
  title: string;
  text: string;
  fields: MessageField[];
  canary: { namespace: string; name: string };
  cluster?: string;
  revision?: string;
  phase: Phase;
  weight: number;
}

export interface MessageField {
  name: string;
  value: string;
}

/** How a receiver of any kind shows how serious it is. */
export const COLOURS: Readonly<Record<Severity, `#${string}`>> = {
  info: '#2e7d32',
  warn: '#ed9b00',
  error: '#c62828',
};

/** A notice without the receivers that it waits for. */
export type NoticeContent = Omit<Notice, 'to'>;

/** The message of a notice, the same for every receiver. */
export function messageOf(notice: NoticeContent, subject: NoticeSubject): Message {
  const { namespace, name, uid, cluster } = subject;
  const { id, message, ...rest } = notice;
  return {
    ...rest,
    id: `${uid}/${id}`,
    title: `${name}.${namespace}: ${words(notice.reason)}`,
    text: message,
    fields: fieldsOf(notice, subject),
    canary: { namespace, name },
    ...(cluster !== undefined && { cluster }),
  };
}

function fieldsOf(
  { revision, phase, weight }: NoticeContent,
  { namespace, name, cluster }: NoticeSubject,
): MessageField[] {
  const fields: [string, string | undefined][] = [
    ['Cluster', cluster],
    ['Canary', `${namespace}/${name}`],
    ['Revision', revision],
    ['Phase', phase],
    ['Weight', `${weight} %`],
  ];
  return fields.flatMap(([field, value]) => (value === undefined ? [] : [{ name: field, value }]));
}

/** `RolledBack` as a person says it. */
const words = (reason: Reason): string => reason.replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase();

/** At most so many characters, whole ones. */
export function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  return `${text.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

/** The text with each character as it is to be sent, and at most so many of those: what stands for one is never cut. */
export function escapedTo(most: number, text: string, escape: (character: string) => string): string {
  const parts = Array.from(text, escape);
  if (parts.reduce((sum, part) => sum + part.length, 0) <= most) return parts.join('');
  let kept = '';
  for (const part of parts) {
    if (kept.length + part.length >= most) break;
    kept += part;
  }
  return `${kept}…`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** Of HTML, and of Slack's own markup. */
export const entity = (character: string): string => ENTITIES[character] ?? character;

/** For receivers that know no way to say that an `@` calls nobody: a space without width after it. */
export const withoutMentions = (text: string): string => text.replaceAll('@', '@\u200B');
