import t from 'tap';
import type { SendResult } from '../../../src/notify/send-result.ts';
import type { Canary } from '../../../src/rollout/machine/canary.ts';
import { Dispatcher } from '../../../src/scheduler/notices/dispatcher.ts';
import type { ReceiverLookup } from '../../../src/scheduler/notices/receivers.ts';
import { told } from '../../notify/told.ts';

const CANARY: Canary = {
  apiVersion: 'headgate.dev/v1',
  kind: 'Canary',
  metadata: { name: 'podinfo', namespace: 'demo', uid: '6f1c' },
  spec: {},
};
const NOTICE = { record: CANARY, to: 'alert/team', notice: told() };
const SLACK: ReceiverLookup = {
  is: 'target',
  target: { type: 'slack', address: 'https://a.test/' },
  limiterKey: 'demo/slack',
};
const HOOK: ReceiverLookup & { is: 'hook' } = {
  is: 'hook',
  hook: {
    ...{ name: 'log', type: 'event', url: 'http://events.test/', timeoutMs: 1_000, retries: 0, metadata: {} },
    muteAlert: false,
  },
};

const dispatcher = (found: ReceiverLookup, answer: () => Promise<SendResult>) =>
  new Dispatcher({ receivers: { find: async () => found }, clusterName: 'one', send: answer, sendEvent: answer });

const DELIVERED: SendResult = { outcome: 'delivered' };
const BUSY: SendResult = { outcome: 'retry', why: 'it answered 503', afterMs: 7 };

const cases: Record<string, [found: ReceiverLookup, answer: SendResult, isLast: boolean, sent: object]> = {
  'a delivery': [SLACK, DELIVERED, false, { type: 'slack', outcome: 'delivered' }],
  'a delivery at the last attempt': [SLACK, DELIVERED, true, { type: 'slack', outcome: 'delivered' }],
  'an event hook': [HOOK, DELIVERED, false, { type: 'event', outcome: 'delivered' }],
  'trouble that may pass': [SLACK, BUSY, false, { type: 'slack', ...BUSY }],
  'trouble at the last attempt': [SLACK, BUSY, true, { type: 'slack', outcome: 'lost', why: 'it answered 503' }],
  'a refusal': [
    SLACK,
    { outcome: 'refused', why: 'it answered 404' },
    false,
    { type: 'slack', outcome: 'refused', why: 'it answered 404' },
  ],
  'a provider that may yet be made': [
    { is: 'missing', why: 'there is no AlertProvider demo/x' },
    DELIVERED,
    false,
    { type: 'unknown', outcome: 'retry', why: 'there is no AlertProvider demo/x' },
  ],
  'one that was never made': [
    { is: 'missing', why: 'there is no AlertProvider demo/x' },
    DELIVERED,
    true,
    { type: 'unknown', outcome: 'lost', why: 'there is no AlertProvider demo/x' },
  ],
  'a provider of somebody else': [
    { is: 'refused', why: 'not yours' },
    DELIVERED,
    false,
    { type: 'unknown', outcome: 'refused', why: 'not yours' },
  ],
  'a Secret without an address may yet be filled': [
    { is: 'target', target: { type: 'gchat' }, limiterKey: 'demo/x' },
    DELIVERED,
    false,
    { type: 'gchat', outcome: 'retry', why: 'its Secret has no key address' },
  ],
};

for (const [sentence, [found, answer, isLast, sent]] of Object.entries(cases)) {
  void t.test(`what becomes of it: ${sentence}`, async (t) => {
    t.same(await dispatcher(found, async () => answer).attempt(NOTICE, isLast), sent);
  });
}

void t.test('a receiver that does not answer holds its own share, and nobody else’s', async (t) => {
  const pending: (() => void)[] = [];
  const hanging = () => new Promise<SendResult>((resolve) => pending.push(() => resolve(DELIVERED)));
  let found: ReceiverLookup = SLACK;
  const one = new Dispatcher({
    receivers: { find: async () => found },
    clusterName: undefined,
    send: hanging,
    sendEvent: async () => DELIVERED,
  });
  const held = Array.from({ length: 4 }, () => one.attempt(NOTICE, false));
  t.same(await one.attempt(NOTICE, true), { type: 'slack', outcome: 'limited' }, 'which is no attempt');
  found = HOOK;
  t.match(await one.attempt(NOTICE, false), DELIVERED);
  for (const end of pending) end();
  t.ok((await Promise.all(held)).every(({ outcome }) => outcome === 'delivered'));
  found = SLACK;
  const again = one.attempt(NOTICE, false);
  await Promise.resolve();
  setImmediate(() => pending.at(-1)?.());
  t.match(await again, DELIVERED, 'it may have requests again');
});

void t.test('receivers of one namespace that do not answer, however many, leave room for another', async (t) => {
  let url = 0;
  let isHanging = true;
  const one = new Dispatcher({
    receivers: { find: async () => ({ ...HOOK, hook: { ...HOOK.hook, url: `http://events.test/${url++}` } }) },
    clusterName: undefined,
    send: async () => DELIVERED,
    sendEvent: () => (isHanging ? new Promise<SendResult>(() => undefined) : Promise.resolve(DELIVERED)),
  });
  const attempts: string[] = [];
  for (let count = 0; count < 32; count += 1)
    void one.attempt(NOTICE, false).then(({ outcome }) => attempts.push(outcome));
  await new Promise(setImmediate);
  t.same([attempts.length, new Set(attempts)], [20, new Set(['limited'])]);
  isHanging = false;
  const record = { ...CANARY, metadata: { ...CANARY.metadata, namespace: 'other' } };
  t.match(await one.attempt({ ...NOTICE, record }, false), DELIVERED);
});
