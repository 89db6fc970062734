import t from 'tap';
import type { Canary } from '../../../src/rollout/machine/canary.ts';
import type { Notice } from '../../../src/rollout/machine/outbox.ts';
import type { CanaryStatus } from '../../../src/rollout/machine/status.ts';
import { type Delivery, deliveriesOf, idOf, outstanding } from '../../../src/scheduler/notices/delivery.ts';
import { Receipts } from '../../../src/scheduler/notices/receipts.ts';
import { told } from '../../notify/told.ts';

const KEY = 'demo/podinfo';

const notice = (id: string, ...to: string[]): Notice => ({ ...told({ id }), to });

const record = (outbox: Notice[], uid = '6f1c'): Canary => ({
  apiVersion: 'headgate.dev/v1',
  kind: 'Canary',
  metadata: { name: 'mine', namespace: 'demo', uid },
  spec: { targetRef: { name: 'podinfo' } },
  status: { outbox } as unknown as CanaryStatus,
});

const [first, second, third] = deliveriesOf(
  KEY,
  record([notice('1', 'alert/team', 'hook/log: all'), notice('2', 'alert/team')]),
) as [Delivery, Delivery, Delivery];

void t.test('each receiver of each notice is a delivery of its own', async (t) => {
  t.match(
    [first, second, third],
    [
      { key: KEY, record: 'mine', uid: '6f1c', to: 'alert/team', notice: { id: '1' } },
      { to: 'hook/log: all', notice: { id: '1' } },
      { to: 'alert/team', notice: { id: '2' } },
    ],
  );
  t.same(Object.keys(first.notice), ['id'], 'what is said is not stored in Redis');
  t.same(deliveriesOf(KEY, { ...record([]), status: undefined } as unknown as Canary), []);
});

void t.test('a delivery has one id everywhere, and no two have the same', async (t) => {
  const [again] = deliveriesOf(KEY, record([notice('1', 'alert/team')]));
  t.equal(again && idOf(again), idOf(first));
  const [other] = deliveriesOf(KEY, record([notice('1', 'alert/team')], 'another'));
  t.equal(new Set([first, second, third, other as Delivery].map(idOf)).size, 4);
  t.notMatch(idOf(second), ':', 'BullMQ takes no colon');
});

const waitsFor: Record<string, [record: Canary | undefined, expected: boolean]> = {
  'its receiver is waited for': [record([notice('1', 'alert/team')]), true],
  'another receiver has not got it': [record([notice('1', 'hook/log: all')]), false],
  'another notice is waited for': [record([notice('2', 'alert/team')]), false],
  'the outbox is empty': [record([]), false],
  'the record was deleted and made again': [record([notice('1', 'alert/team')], 'another'), false],
  'the record is of another Deployment': [
    { ...record([notice('1', 'alert/team')]), spec: { targetRef: { name: 'other' } } },
    false,
  ],
  'the record is gone': [undefined, false],
};

for (const [sentence, [given, expected]] of Object.entries(waitsFor)) {
  void t.test(`a delivery when ${sentence}`, async (t) => t.equal(outstanding(first, given) !== undefined, expected));
}

void t.test('what is sent is what the record says, whatever else a job has', async (t) => {
  const stored = record([notice('1', 'alert/team')]);
  const forged = { ...first, notice: { ...told({ id: '1' }), message: 'pay here', severity: 'error' } };
  const { to: _, ...said } = notice('1', 'alert/team');
  t.same(outstanding(forged as Delivery, stored), { record: stored, to: 'alert/team', notice: said });
});

void t.test('receipts are given until a commit has taken them', async (t) => {
  const receipts = new Receipts();
  for (const delivery of [first, second, third]) receipts.add(delivery);
  const whole = record([notice('1', 'alert/team', 'hook/log: all'), notice('2', 'alert/team')]);
  t.equal(receipts.of(KEY, whole).length, 3);
  t.same(receipts.of(KEY, record([notice('2', 'alert/team')])), [{ notice: '2', to: 'alert/team' }]);
  t.same(receipts.of(KEY, record([notice('1', 'alert/team')], 'another')), [], 'they are for one record alone');
  t.same(receipts.of('demo/other', whole), []);
  receipts.keep(KEY, record([notice('2', 'alert/team')]));
  t.same([receipts.has(first), receipts.has(third)], [false, true]);
  receipts.keep(KEY, undefined);
  t.same(receipts.keys(), []);
});
