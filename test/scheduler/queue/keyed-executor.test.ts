import t from 'tap';
import { KeyedExecutor } from '../../../src/scheduler/queue/keyed-executor.ts';

const KEY = 'prod/podinfo';

/** An executor whose runs end when a test says so. */
function executor() {
  const gates: PromiseWithResolvers<void>[] = [];
  const runs = new KeyedExecutor(() => {
    const gate = Promise.withResolvers<void>();
    gates.push(gate);
    return gate.promise;
  });
  /** Ends the run that is under way, and lets the next one begin. */
  const end = async () => {
    gates.at(-1)?.resolve();
    await new Promise(setImmediate);
  };
  return { runs, count: () => gates.length, end };
}

t.test('a key that is asked for while it runs is run once more, however often it was asked for', async (t) => {
  const { runs, count, end } = executor();
  const done = runs.run(KEY);
  t.ok(runs.rerun(KEY));
  void runs.run(KEY);
  await end();
  t.equal(count(), 2);
  await end();
  t.equal(count(), 2);
  await done;
  t.notOk(runs.rerun(KEY), 'it does not run any more');
});

t.test('a run that begins anew has seen what it was asked for before, and not what comes then', async (t) => {
  const { runs, count, end } = executor();
  const done = runs.run(KEY);
  runs.rerun(KEY);
  runs.begunAnew(KEY);
  await end();
  await done;
  t.equal(count(), 1);
  const next = runs.run(KEY);
  runs.begunAnew(KEY);
  runs.rerun(KEY);
  await end();
  t.equal(count(), 3);
  await end();
  await next;
});

t.test('who joins waits for the run that is under way, and asks for none', async (t) => {
  const { runs, count, end } = executor();
  await runs.join(KEY);
  void runs.run(KEY);
  const joined = runs.join(KEY);
  await end();
  await joined;
  t.equal(count(), 1);
});
