import t from 'tap';
import { SharedQueue } from './queue.ts';

t.test('each file is begun by the one that is the first to ask, in order', async (t) => {
  const dir = t.testdir({});
  const files = ['test/a.test.ts', 'test/a/b.test.ts', 'test/c.test.ts'];
  const [one, other] = [new SharedQueue(dir, files), new SharedQueue(dir, files)];
  t.notOk(other.isEmpty);
  const [ofOne, ofOther] = [one, other].map((queue) => queue.map((file) => `run ${file}`));
  t.same(
    [ofOne?.next(), ofOther?.next(), ofOther?.next()].map((next) => next?.value),
    files.map((file) => `run ${file}`),
  );
  t.same([ofOne?.next().done, ofOther?.next().done], [true, true]);
  t.ok(one.isEmpty);
});
