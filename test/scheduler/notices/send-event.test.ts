import t from 'tap';
import type { HookQuestion } from '../../../src/hooks/call.ts';
import type { Reply } from '../../../src/hooks/reply.ts';
import type { EventPayload } from '../../../src/notify/event-payload.ts';
import type { SendResult } from '../../../src/notify/send-result.ts';
import type { Hook } from '../../../src/rollout/spec/spec-types.ts';
import { sendVia } from '../../../src/scheduler/notices/make-notice-sender.ts';

const hook = (timeoutMs: number): Hook => ({
  ...{ name: 'log', type: 'event', url: 'http://events.test/', timeoutMs, retries: 3, metadata: {}, muteAlert: false },
});

/** What an event hook is asked, and what becomes of its answer. */
async function sent(reply: Reply, timeoutMs = 1_000): Promise<{ question: HookQuestion; result: SendResult }> {
  const asked = Promise.withResolvers<HookQuestion>();
  const ask = async (question: HookQuestion) => {
    asked.resolve(question);
    return reply;
  };
  const result = await sendVia({ ask })(hook(timeoutMs), { namespace: 'demo' } as EventPayload, 'id');
  return { question: await asked.promise, result };
}

const answered = (status: number, more: { retryAfter?: string } = {}): Reply => ({
  outcome: status < 300 ? 'passed' : 'failed',
  message: `answered ${status}`,
  answer: { status, ...more },
});

const cases: Readonly<Record<string, [Reply, SendResult]>> = {
  'one that is taken': [answered(204), { outcome: 'delivered' }],
  'one that is not there': [answered(404), { outcome: 'refused', why: 'it answered 404' }],
  'one that has moved': [answered(301), { outcome: 'refused', why: 'it answered 301' }],
  'one that has trouble': [answered(503), { outcome: 'retry', why: 'it answered 503' }],
  'one that says when': [
    answered(429, { retryAfter: '5' }),
    { outcome: 'retry', why: 'it answered 429', afterMs: 5_000 },
  ],
  'one that cannot be reached': [
    { outcome: 'failed', message: 'cannot be reached: ECONNREFUSED' },
    { outcome: 'retry', why: 'it cannot be reached: ECONNREFUSED' },
  ],
  'one that may not be called': [
    { outcome: 'forbidden', message: 'may not be called: no' },
    { outcome: 'refused', why: 'it may not be called: no' },
  ],
};
for (const [claim, [reply, wanted]] of Object.entries(cases))
  t.test(claim, async (t) => t.same((await sent(reply)).result, wanted));

t.test('it has as long to answer as any receiver, and is called once an attempt', async (t) => {
  const { question } = await sent(answered(200), 1_800_000);
  t.match(question, { timeoutMs: 10_000, retries: 0 });
  t.match((await sent(answered(200), 500)).question, { timeoutMs: 500 });
});
