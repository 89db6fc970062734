import t from 'tap';
import { LastLooks } from '../../../src/scheduler/queue/last-looks.ts';

const NOW = 1_000;
const job = (dueAt: number, key = 'prod/podinfo') => ({ key, dueAt });

t.test('a look answers what was asked before it began', async (t) => {
  const looks = new LastLooks();
  t.notOk(looks.covers(job(100), NOW), 'there was none');
  looks.begin('prod/podinfo', 100);
  t.ok(looks.covers(job(99), NOW));
  t.ok(looks.covers(job(100), NOW));
  t.notOk(looks.covers(job(101), NOW), 'this one was asked later');
  t.notOk(looks.covers(job(99, 'prod/other'), NOW), 'this one is about another');
  looks.begin('prod/podinfo', 200);
  t.ok(looks.covers(job(101), NOW));
  t.notOk(looks.covers(job(101), 150), 'the clock went back since');
});

t.test('what is noticed after it began wants another, whatever the clock says', async (t) => {
  const looks = new LastLooks();
  looks.begin('prod/podinfo', 100);
  looks.noticed('prod/podinfo');
  t.notOk(looks.covers(job(99), NOW));
});

t.test('what is long ago is forgotten, and looked at', async (t) => {
  const looks = new LastLooks();
  for (let index = 0; index <= 20_000; index += 1) looks.begin(`prod/${index}`, 100);
  t.notOk(looks.covers(job(99, 'prod/0'), NOW));
  t.ok(looks.covers(job(99, 'prod/1'), NOW));
});
