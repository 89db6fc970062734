import t from 'tap';
import { KINDS } from '../../src/cluster/kinds.ts';
import { Reflector } from '../../src/cluster/reflector.ts';
import { Store } from '../../src/cluster/store.ts';
import { added, FaultServer, initialEnd, refused, watch } from './fault-server.ts';

const server = await new FaultServer().start();
const client = server.client({ deadlineMs: 1_000 });
t.teardown(async () => {
  await client.close();
  await server.stop();
});

t.test('a kind that is not installed has no objects, until it is', async (t) => {
  const store = new Store();
  const errors: unknown[] = [];
  const timing = { backoff: { baseMs: 10, maxMs: 40 } };
  const onError = (error: unknown) => errors.push(error);
  const kind = KINDS.services;
  const appeared = new Promise<void>((resolve) => {
    store.onChange(() => resolve());
  });
  server.answer(refused(404, 'NotFound'), refused(404, 'NotFound'), watch([added('a', 5), initialEnd(6)]));
  const reflector = new Reflector({ client, store, kind, timing, onError, optional: true });
  reflector.start();
  t.equal(await reflector.synced, true, 'nobody waits for it');
  t.same([store.size, errors], [0, []], 'it is no error');
  await appeared;
  t.equal(store.size, 1, 'it is found when it is there');
  await reflector.stop();
});
