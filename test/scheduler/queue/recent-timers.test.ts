import t from 'tap';
import { RecentTimers } from '../../../src/scheduler/queue/recent-timers.ts';

const DUE = 100_000;

t.test('a timer that was just set is not set again', async (t) => {
  const timers = new RecentTimers();
  t.ok(timers.take('a', DUE, 1_000), 'the first time');
  t.notOk(timers.take('a', DUE, 2_000), 'the same');
  t.ok(timers.take('b', DUE, 2_000), 'of another Deployment');
  t.ok(timers.take('a', DUE + 1, 2_000), 'at another time');
  t.ok(timers.take('a', DUE, 2_000), 'the one before, which may have been taken since');
});

t.test('what Redis may have lost is set again', async (t) => {
  const timers = new RecentTimers();
  timers.take('a', DUE, 1_000);
  t.notOk(timers.take('a', DUE, 5_999));
  t.ok(timers.take('a', DUE, 6_000), 'after a while');
  timers.forget();
  t.ok(timers.take('a', DUE, 6_001), 'after it was away');
});

t.test('what is remembered has a bound', async (t) => {
  const timers = new RecentTimers();
  for (let index = 0; index < 5_001; index += 1) timers.take(`app-${index}`, DUE, 1_000);
  t.ok(timers.take('app-0', DUE, 1_000), 'the oldest is not known any more');
  t.notOk(timers.take('app-5000', DUE, 1_000), 'the newest is');
});
