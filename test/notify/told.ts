import { type Message, messageOf, type NoticeContent, type NoticeSubject } from '../../src/notify/message.ts';

export const SUBJECT: NoticeSubject = { namespace: 'demo', name: 'podinfo', uid: '6f1c', cluster: 'europe-1' };

/** A notice as the outbox has it. */
export const told = (more: Partial<NoticeContent> = {}): NoticeContent => ({
  id: '7-mbx1',
  at: '2026-11-23T10:00:00.000Z',
  reason: 'ThresholdReached',
  severity: 'error',
  message: 'podinfo.demo b7e674b58c failed 5 checks; traffic goes back to the running version',
  revision: 'b7e674b58c',
  phase: 'Finalising',
  weight: 0,
  ...more,
});

export const message = (more: Partial<NoticeContent> = {}): Message => messageOf(told(more), SUBJECT);
