import t from 'tap';
import { type Part, startInOrder } from '../../src/process/lifecycle.ts';

/** Parts that write down what they are told, once a turn of the event loop has passed. */
function recorded() {
  const log: string[] = [];
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  const part = (name: string, fails: { start?: true; stop?: true } = {}): Part => {
    const told = (what: 'start' | 'stop') => async () => {
      log.push(`${what} ${name}`);
      await turn();
      if (fails[what]) throw new Error(`${name} does not ${what}`);
      log.push(`${what} ${name}: done`);
    };
    return { start: told('start'), stop: told('stop') };
  };
  const done = () => log.filter((line) => line.endsWith(': done')).map((line) => line.replace(': done', ''));
  return { log, part, done };
}

void t.test('parts start one after the other, and stop in reverse', async (t) => {
  const { log, part, done } = recorded();
  const { stop } = await startInOrder([part('a'), part('b'), part('c')]);
  t.same(log.slice(0, 4), ['start a', 'start a: done', 'start b', 'start b: done']);
  await stop();
  t.same(done(), ['start a', 'start b', 'start c', 'stop c', 'stop b', 'stop a']);
  t.same(log.slice(-4), ['stop b', 'stop b: done', 'stop a', 'stop a: done']);
});

void t.test('parts in an array start one after the other, and stop at the same time', async (t) => {
  const { log, part } = recorded();
  const { stop } = await startInOrder([part('a'), [part('b'), part('c')]]);
  t.same(log.slice(2), ['start b', 'start b: done', 'start c', 'start c: done']);
  log.length = 0;
  await stop();
  t.same(log, ['stop b', 'stop c', 'stop b: done', 'stop c: done', 'stop a', 'stop a: done']);
});

void t.test('a part need not have both, and may do them at once', async (t) => {
  const log: string[] = [];
  const { stop } = await startInOrder([
    { stop: () => log.push('stop a') },
    { start: () => log.push('start b') },
    {},
    { start: () => log.push('start c'), stop: () => log.push('stop c') },
  ]);
  await stop();
  t.same(log, ['start b', 'start c', 'stop c', 'stop a']);
});

void t.test('it is stopped once, however often it is asked for', async (t) => {
  const { part, done } = recorded();
  const { stop } = await startInOrder([part('a')]);
  await Promise.all([stop(), stop()]);
  await stop();
  t.same(done(), ['start a', 'stop a']);
});

void t.test('a part that does not stop keeps no other from it', async (t) => {
  const { part, done } = recorded();
  const { stop } = await startInOrder([part('a'), [part('b', { stop: true }), part('c')], part('d')]);
  await t.rejects(stop(), { message: 'b does not stop' });
  t.same(done().slice(4), ['stop d', 'stop c', 'stop a']);
  const both = await startInOrder([part('a', { stop: true }), part('b', { stop: true })]);
  const error: unknown = await both.stop().catch((cause: unknown) => cause);
  t.match(error, { message: '2 parts could not be stopped' });
  t.same(
    (error as AggregateError).errors.map(({ message }: Error) => message),
    ['b does not stop', 'a does not stop'],
  );
});

void t.test('where a part does not start, those before it are stopped', async (t) => {
  const { log, part, done } = recorded();
  const parts = [part('a', { stop: true }), part('b'), [part('c'), part('d', { start: true }), part('e')], part('f')];
  await t.rejects(startInOrder(parts), { message: 'd does not start' });
  t.same(done(), ['start a', 'start b', 'start c', 'stop c', 'stop b']);
  t.same(
    log.filter((line) => / [def]\b/.test(line)),
    ['start d'],
    'what did not start is not stopped',
  );
});
