import t from 'tap';
import { optionalList } from '../../../src/scheduler/world/optional-list.ts';
import { FaultServer, refused } from '../../cluster-transport/fault-server.ts';

const server = await new FaultServer().start();
const client = server.client();
const hurried = server.client({ deadlineMs: 200 });
t.teardown(async () => {
  await client.close();
  await hurried.close();
  await server.stop();
});

const PATH = '/api/v1/namespaces/demo/pods';

/** What a list comes to, and what is told of it. */
async function read(by = client): Promise<{ found: unknown; errors: number }> {
  const errors: unknown[] = [];
  const found = await optionalList({ client: by, onError: (error) => errors.push(error) }, PATH, 'app=podinfo-canary');
  return { found, errors: errors.length };
}

t.test('a kind that is not installed has no objects', async (t) => {
  server.answer(refused(404, 'NotFound'));
  t.same(await read(), { found: [], errors: 0 });
});

t.test('what may not be read is left out, and is no error', async (t) => {
  server.answer(refused(403, 'Forbidden'));
  t.same(await read(), { found: undefined, errors: 0 });
});

t.test('an API server that does not answer keeps nobody', async (t) => {
  server.answer(...Array.from({ length: 9 }, () => refused(500, 'InternalError')));
  t.same(await read(hurried), { found: undefined, errors: 1 });
});
