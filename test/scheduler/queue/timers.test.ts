import { mock } from 'node:test';
import t from 'tap';
import type { Carrier } from '../../../src/scheduler/queue/carriers.ts';
import { Timers } from '../../../src/scheduler/queue/timers.ts';

const NOW = 10_000;
const DUE = NOW + 30_000;
const KEY = 'prod/podinfo';

t.beforeEach(() => mock.timers.enable({ apis: ['setTimeout', 'Date'], now: NOW }));
t.afterEach(() => mock.timers.reset());

/** Timers of a process, and what it did: asked of Redis, or looked at itself. */
function opened(standing: { carrier: Carrier; isBusy?: boolean }) {
  const said: string[] = [];
  const clock = { backMs: 0 };
  const timers = new Timers({
    wakeQueue: {
      timer: (_key, purpose, at) => void said.push(`${purpose} at +${at - NOW}`),
      drop: (_key, purpose, at) => void said.push(`no ${purpose} at +${at - NOW}`),
    },
    carrierOf: () => standing.carrier,
    onDue: ({ dueAt }) => {
      said.push(`${standing.isBusy ? 'busy' : 'due'} at +${dueAt - NOW}`);
      return standing.isBusy !== true;
    },
    clock: () => Date.now() - clock.backMs,
  });
  return { timers, said, clock };
}

t.test('who carries a release on waits itself, and Redis has a backup until the next look has ended', async (t) => {
  const { timers, said } = opened({ carrier: 'us' });
  timers.set(KEY, DUE);
  t.same(said.splice(0), ['backup at +30000']);
  mock.timers.tick(29_999);
  t.same(said, []);
  mock.timers.tick(1);
  t.same(said.splice(0), ['due at +30000']);
  timers.set(KEY, DUE + 30_000);
  t.same(said.splice(0), ['backup at +60000', 'no backup at +30000'], 'the next is there before the last one goes');
  timers.set(KEY, undefined);
  t.same(said.splice(0), ['no backup at +60000'], 'it waits for a change');
  mock.timers.tick(60_000);
  t.same(said, []);
});

t.test('what others carry on has the same backup, and nobody waits for it here', async (t) => {
  const { timers, said } = opened({ carrier: 'others' });
  timers.set(KEY, DUE);
  mock.timers.tick(60_000);
  t.same(said.splice(0), ['backup at +30000']);
  timers.set(KEY, undefined);
  t.same(said, [], 'it is theirs to take out');
});

t.test('what nobody is known to carry on is for anybody, at its time', async (t) => {
  const { timers, said } = opened({ carrier: 'unknown' });
  timers.set(KEY, DUE);
  mock.timers.tick(30_000);
  t.same(said.splice(0), ['timer at +30000']);
  timers.set(KEY, DUE + 30_000);
  t.same(said, ['timer at +60000', 'no timer at +30000'], 'the one before may wait for its turn yet');
});

t.test('what this process takes over, it waits for from its next look on', async (t) => {
  const standing: { carrier: Carrier } = { carrier: 'unknown' };
  const { timers, said } = opened(standing);
  timers.set(KEY, DUE);
  standing.carrier = 'us';
  timers.set(KEY, DUE);
  t.same(said.splice(0), ['timer at +30000', 'backup at +30000', 'no timer at +30000']);
  mock.timers.tick(30_000);
  t.same(said, ['due at +30000'], 'once');
});

t.test('what another one has taken over meanwhile is left to it', async (t) => {
  const standing: { carrier: Carrier } = { carrier: 'us' };
  const { timers, said } = opened(standing);
  timers.set(KEY, DUE);
  standing.carrier = 'others';
  mock.timers.tick(30_000);
  t.same(said, ['backup at +30000']);
});

t.test('a process that has enough to do hands over what is due', async (t) => {
  const { timers, said } = opened({ carrier: 'us', isBusy: true });
  timers.set(KEY, DUE);
  mock.timers.tick(30_000);
  t.same(said, ['backup at +30000', 'busy at +30000', 'timer at +30000', 'no backup at +30000']);
});

t.test('a timer that was just set is not set again, but what Redis may have lost is', async (t) => {
  const { timers, said } = opened({ carrier: 'us' });
  timers.set(KEY, DUE);
  mock.timers.tick(4_999);
  timers.set(KEY, DUE);
  t.equal(said.length, 1);
  mock.timers.tick(1);
  timers.set(KEY, DUE);
  t.equal(said.length, 2, 'after a while');
  timers.forgetRedis();
  timers.set(KEY, DUE);
  t.same(said.splice(0), Array(3).fill('backup at +30000'), 'after it was away');
  mock.timers.tick(60_000);
  t.same(said, ['due at +30000'], 'once');
});

t.test('nothing is due before its time, when a clock is set back', async (t) => {
  const { timers, said, clock } = opened({ carrier: 'us' });
  timers.set(KEY, DUE);
  clock.backMs = 5_000;
  mock.timers.tick(30_000);
  t.same(said.splice(0), ['backup at +30000']);
  mock.timers.tick(5_000);
  t.same(said, ['due at +30000']);
});

t.test('a process that ends leaves its timers to anybody, at their time', async (t) => {
  const { timers, said } = opened({ carrier: 'us' });
  timers.set(KEY, DUE);
  timers.stop();
  timers.set('prod/other', DUE);
  mock.timers.tick(60_000);
  t.same(said, ['backup at +30000', 'timer at +30000', 'no backup at +30000', 'timer at +30000']);
});

t.test('what is remembered has a bound', async (t) => {
  const { timers, said } = opened({ carrier: 'us' });
  for (let index = 0; index < 20_001; index += 1) timers.set(`prod/app-${index}`, DUE);
  mock.timers.tick(30_000);
  const due = said.filter((word) => word.startsWith('due'));
  t.equal(due.length, 20_000, 'one that is not remembered any more has its backup');
});

t.test('what is farther away than a timer of the process can be is due at its time', async (t) => {
  const { timers, said } = opened({ carrier: 'us' });
  timers.set(KEY, NOW + 2 ** 31);
  mock.timers.tick(2 ** 31 - 1);
  t.same(said.splice(0), [`backup at +${2 ** 31}`]);
  mock.timers.tick(1);
  t.same(said, [`due at +${2 ** 31}`]);
});
