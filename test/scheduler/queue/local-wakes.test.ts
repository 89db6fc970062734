import { mock } from 'node:test';
import t from 'tap';
import { LocalWakes } from '../../../src/scheduler/queue/local-wakes.ts';

const NOW = 1_000;
/** Longer than wake-ups are merged. */
const SOON_MS = 100;

t.beforeEach(() => mock.timers.enable({ apis: ['setTimeout', 'Date'], now: NOW }));
t.afterEach(() => mock.timers.reset());

function opened(most = 2) {
  const run: [key: string, lateMs: number][] = [];
  const wakes = new LocalWakes({
    run: ({ key, dueAt }) => run.push([key, Date.now() - dueAt]),
    most,
    clock: () => Date.now(),
  });
  return { wakes, run };
}

t.test('a wake-up comes when it is due, once', async (t) => {
  const { wakes, run } = opened();
  t.ok(wakes.soon('a', NOW + SOON_MS));
  t.ok(wakes.soon('a', NOW + SOON_MS + 1), 'it is asked for already');
  mock.timers.tick(SOON_MS - 1);
  t.same(run, []);
  mock.timers.tick(1);
  t.same(run, [['a', 0]]);
  t.ok(wakes.soon('a', 0), 'and again later');
  mock.timers.tick(SOON_MS);
  t.equal(run.length, 2, 'one for which it is time comes soon');
});

t.test('a look that began since answers it', async (t) => {
  const { wakes, run } = opened();
  wakes.soon('a', NOW);
  wakes.soon('b', NOW);
  wakes.answered('a');
  mock.timers.tick(SOON_MS);
  t.same(
    run.map(([key]) => key),
    ['b'],
  );
});

t.test('so many wait here, and no more', async (t) => {
  const { wakes } = opened(2);
  t.ok(wakes.soon('a', NOW));
  t.ok(wakes.soon('b', NOW));
  t.notOk(wakes.soon('c', NOW));
  t.ok(wakes.soon('b', NOW), 'one that waits already');
  mock.timers.tick(SOON_MS);
  t.ok(wakes.soon('c', NOW), 'those before it were run');
});

t.test('what is stopped wakes nobody', async (t) => {
  const { wakes, run } = opened();
  wakes.soon('a', NOW);
  wakes.stop();
  t.notOk(wakes.soon('b', NOW));
  mock.timers.tick(SOON_MS);
  t.same(run, []);
});
