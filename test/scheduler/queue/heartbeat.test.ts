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
    wakeQueue: { heartbeat: () => undefined },
    redisAnswers: () => redis !== 'away',
    oldestTickMs: () => oldest * 1_000,
    clock: () => now,
  });
  heartbeat.beat();
  now = idle * 1_000;
  t.equal(heartbeat.isAlive(), alive, claim);
}

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
