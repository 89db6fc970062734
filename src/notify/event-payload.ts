import { REASONS } from '../rollout/machine/facts.ts';
import type { Hook } from '../rollout/spec/spec-types.ts';
import type { NoticeContent, NoticeSubject } from './message.ts';

/** What an `event` hook is told: the payload of every hook, with the notice among its metadata. */
export interface EventPayload {
  name: string;
  namespace: string;
  phase: string;
  checksum: string;
  metadata: Record<string, string>;
}

export const eventPayload = (
  { message, reason, at, phase, revision = '' }: NoticeContent,
  { name, namespace }: NoticeSubject,
  { metadata }: Pick<Hook, 'metadata'>,
): EventPayload => ({
  name,
  namespace,
  phase,
  checksum: revision,
  metadata: {
    ...metadata,
    eventMessage: message,
    eventType: REASONS[reason],
    timestamp: String(Date.parse(at)),
  },
});
