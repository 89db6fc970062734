import { mock } from 'node:test';
import t from 'tap';
import { PacedPass } from '../../../src/scheduler/queue/paced-pass.ts';

t.beforeEach(() => mock.timers.enable({ apis: ['setTimeout'] }));
t.afterEach(() => mock.timers.reset());

const keysOf = (count: number): string[] => Array.from({ length: count }, (_, index) => `key-${index}`);

/** So many tenths of a second, one by one: a timer that is set meanwhile counts from then. */
function tick(count: number): void {
  for (let number = 0; number < count; number += 1) mock.timers.tick(100);
}

function opened() {
  const given: string[] = [];
  return { given, pass: new PacedPass((key) => given.push(key)) };
}

t.test('a few are given at once', async (t) => {
  const { given, pass } = opened();
  pass.begin({ urgent: [], others: keysOf(10) }, 30_000);
  t.same(given, keysOf(10));
});

t.test('many are spread over the time, in their order, each once', async (t) => {
  const { given, pass } = opened();
  pass.begin({ urgent: [], others: [...keysOf(1_000), 'key-0'] }, 2_000);
  t.equal(given.length, 50);
  tick(9);
  t.equal(given.length, 500);
  tick(10);
  t.same(given, keysOf(1_000));
});

t.test('a pass that begins before the last one was over has what that one left, after what is urgent', async (t) => {
  const { given, pass } = opened();
  pass.begin({ urgent: [], others: keysOf(15) }, 100_000);
  pass.begin({ urgent: ['urgent', 'key-12'], others: ['new', 'key-11'] }, 100_000);
  t.same(given.slice(10), ['urgent', 'key-12', 'key-10', 'key-11', 'key-13', 'key-14', 'new']);
});

t.test('one that was stopped gives nothing more', async (t) => {
  const { given, pass } = opened();
  pass.begin({ urgent: [], others: keysOf(15) }, 100_000);
  pass.stop();
  tick(60);
  t.equal(given.length, 10);
});
