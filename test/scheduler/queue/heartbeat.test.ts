import { mock } from 'node:test';
import t from 'tap';
import { Heartbeat } from '../../../src/scheduler/queue/heartbeat.ts';
import { KeyedExecutor } from '../../../src/scheduler/queue/keyed-executor.ts';

interface Given {
  /** Seconds since the worker was last given a job. */
  idle: number;
  redis?: 'away';
  /** Seconds that the oldest tick has been under way. */
  oldest?: number;
}

const TABLE: Record<string, [Given, boolean]> = {
  'jobs come': [{ idle: 10 }, true],
  'no job comes, and none of its own': [{ idle: 50 }, false],
  'none can come without Redis': [{ idle: 500, redis: 'away' }, true],
  'none comes, as slow ticks keep all its hands busy': [{ idle: 500, oldest: 90 }, true],
  'a tick that never ends': [{ idle: 1, oldest: 601 }, false],
  'also without Redis': [{ idle: 1, oldest: 601, redis: 'away' }, false],
};

for (const [claim, [{ idle, redis, oldest = 0 }, alive]] of Object.entries(TABLE)) {
  let now = 0;
  const heartbeat = new Heartbeat({
    wakeQueue: { heartbeat: async () => undefined },
    redisAnswers: () => redis !== 'away',
    oldestTickMs: () => oldest * 1_000,
    clock: () => now,
  });
  heartbeat.beat();
  now = idle * 1_000;
  t.equal(heartbeat.isAlive(), alive, claim);
}

/** Asks for signs of life in the time of a fake clock. @param onAsked is called for each that is asked for, and tells whether Redis takes it */
function opened(onAsked: (heartbeat: Heartbeat) => boolean) {
  mock.timers.enable({ apis: ['setInterval', 'Date'], now: 0 });
  const heartbeat: Heartbeat = new Heartbeat({
    wakeQueue: { heartbeat: () => (onAsked(heartbeat) ? Promise.resolve() : Promise.reject(new Error('OOM'))) },
    redisAnswers: () => true,
    oldestTickMs: () => 0,
  });
  heartbeat.start();
  return heartbeat;
}

/** One second after the other, each with what was promised in it. */
async function seconds(count: number): Promise<void> {
  for (let second = 0; second < count; second += 1) {
    mock.timers.tick(1_000);
    await Promise.resolve();
    await Promise.resolve();
  }
}

t.test('a sign that another scheduler took is asked for again, until one comes back', async (t) => {
  let asked = 0;
  // The other one takes ten in a row, as by chance it may.
  const heartbeat = opened((self) => {
    asked += 1;
    if (asked % 11 === 0) self.beat();
    return true;
  });
  for (let minute = 0; minute < 10; minute += 1) {
    await seconds(60);
    t.ok(heartbeat.isAlive());
  }
  t.ok(asked < 350, `${asked} in ten minutes`);
  heartbeat.stop();
  mock.timers.reset();
});

t.test('a worker that is given none is not alive; one whose Redis takes none is', async (t) => {
  for (const isTaken of [true, false]) {
    const heartbeat = opened(() => isTaken);
    await seconds(60);
    t.equal(heartbeat.isAlive(), !isTaken);
    heartbeat.stop();
    mock.timers.reset();
  }
});

t.test('the oldest run counts from its own beginning, not from that of its key', async (t) => {
  const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let runs = 0;
  const executor = new KeyedExecutor(() => gates[(runs += 1) - 1]?.promise ?? Promise.resolve());
  t.equal(executor.oldestMs(), 0, 'nothing runs');
  const from = performance.now();
  const done = executor.run('a');
  t.ok(executor.oldestMs(from + 5_000) <= 5_000 && executor.oldestMs(from + 5_000) > 4_000, 'one runs');
  executor.rerun('a');
  const again = performance.now();
  gates[0]?.resolve();
  await gates[0]?.promise;
  await new Promise(setImmediate);
  t.ok(executor.oldestMs(again + 5_000) <= 5_000, 'it runs once more');
  gates[1]?.resolve();
  await done;
  t.equal(executor.oldestMs(), 0);
});
