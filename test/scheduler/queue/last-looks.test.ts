import t from 'tap';
import { LastLooks } from '../../../src/scheduler/queue/last-looks.ts';

const KEY = 'prod/podinfo';
const NOW = 1_000;
const job = (dueAt: number, key = KEY) => ({ key, dueAt });

t.test('a look answers what was asked before it began', async (t) => {
  const looks = new LastLooks();
  t.notOk(looks.covers(job(100), NOW), 'there was none');
  looks.begin(KEY, 100);
  t.ok(looks.covers(job(99), NOW));
  t.ok(looks.covers(job(100), NOW));
  t.notOk(looks.covers(job(101), NOW), 'this one was asked later');
  t.notOk(looks.covers(job(99, 'prod/other'), NOW), 'this one is about another');
  looks.begin(KEY, 200);
  t.ok(looks.covers(job(101), NOW));
  t.notOk(looks.covers(job(101), 150), 'the clock went back since');
});

t.test('what is noticed after it began wants another, whatever the clock says', async (t) => {
  const looks = new LastLooks();
  looks.begin(KEY, 100);
  looks.noticed(KEY, 90);
  t.notOk(looks.covers(job(99), NOW));
});

t.test('the next look is planned for when the last one asked for it', async (t) => {
  const looks = new LastLooks();
  t.equal(looks.plannedAt(KEY), undefined);
  looks.planned(KEY, 500);
  t.equal(looks.plannedAt(KEY), undefined, 'nobody has looked');
  looks.begin(KEY, 100);
  looks.planned(KEY, 500);
  t.equal(looks.plannedAt(KEY), 500);
  looks.begin(KEY, 200);
  t.equal(looks.plannedAt(KEY), undefined, 'this one asks for none');
});

t.test('what comes in a burst is seen by one look', async (t) => {
  const looks = new LastLooks();
  t.equal(looks.noticed(KEY, 90), 90, 'at rest it is looked at at once');
  looks.begin(KEY, 100);
  t.equal(looks.noticed(KEY, 110), 200, 'after a pause');
  t.equal(looks.noticed(KEY, 150), undefined, 'which sees this too');
  looks.begin(KEY, 200);
  t.equal(looks.noticed(KEY, 250), 300);
  t.equal(looks.noticed(KEY, 300), 300, 'one that somebody else has taken is asked for again');
  looks.begin(KEY, 300);
  t.equal(looks.noticed(KEY, 900), 900);
});

t.test('a clock that goes back delays nothing for longer', async (t) => {
  const looks = new LastLooks();
  looks.begin(KEY, 5_000);
  t.equal(looks.noticed(KEY, 1_000), 1_100);
});

t.test('what was asked for and not answered is owed, until it is asked for again', async (t) => {
  const looks = new LastLooks();
  const owes = (before: number) => looks.owes(KEY, before);
  t.notOk(owes(NOW));
  looks.noticed(KEY, 90);
  t.ok(owes(0), 'whatever was noticed');
  looks.settled(KEY);
  t.notOk(owes(NOW));
  looks.noticed(KEY, 300);
  t.ok(owes(0), 'something else was noticed since');
  looks.begin(KEY, 500);
  t.notOk(owes(NOW), 'it was looked at');
  looks.planned(KEY, 600);
  t.same([owes(600), owes(601)], [false, true], 'a timer that is to come later is asked for later');
  looks.settled(KEY);
  t.notOk(owes(NOW));
});

t.test('what is long ago is forgotten, and looked at', async (t) => {
  const looks = new LastLooks();
  for (let index = 0; index <= 20_000; index += 1) looks.begin(`prod/${index}`, 100);
  t.notOk(looks.covers(job(99, 'prod/0'), NOW));
  t.ok(looks.covers(job(99, 'prod/1'), NOW));
});

t.test('after an outage what was noticed and not looked at here is owed again', async (t) => {
  const looks = new LastLooks();
  looks.begin('seen', 1_000);
  looks.noticed('noticed', 1_000);
  for (const key of ['seen', 'noticed']) looks.settled(key);
  looks.doubt();
  t.notOk(looks.owes('seen', 2_000));
  t.ok(looks.owes('noticed', 2_000));
});
