import { Redis } from 'ioredis';
import t from 'tap';
import { Gates } from '../../src/loadtester/gates.ts';
import { NO_TOKEN, tester } from './tester.ts';

/** Gates in Redis itself are on the rig: test/cluster/loadtester.test.ts. Here Redis is not there. */
function gatesWithoutRedis(): { gates: Gates; redis: Redis } {
  const redis = new Redis('redis://127.0.0.1:1', {
    maxRetriesPerRequest: 1,
    enableOfflineQueue: false,
    retryStrategy: () => 50,
  });
  redis.on('error', () => undefined);
  return { redis, gates: new Gates(redis, 'headgate') };
}

const canary = { name: 'podinfo', namespace: 'test' };
const CHANGES = ['/gate/open', '/gate/close', '/rollback/open', '/rollback/close'];

void t.test('without a token nobody changes a gate', async (t) => {
  const { post } = tester(t);
  for (const path of CHANGES) {
    t.match(await post(path, canary), { code: 403, body: `${NO_TOKEN}\n` }, path);
    t.match(await post(path, canary, { authorization: 'Bearer undefined' }), { code: 403 }, path);
  }
});

void t.test('with one, only who has it', async (t) => {
  const { post } = tester(t, { gateToken: 's3cret' });
  for (const path of CHANGES) {
    t.match(await post(path, canary), { code: 401, body: /this needs a token/ }, path);
    t.match(await post(path, canary, { authorization: 'Bearer s3cre' }), { code: 401, body: /not the right/ }, path);
    t.match(await post(path, canary, { authorization: 'Bearer s3cret' }), { code: 404, body: /keeps no gates/ }, path);
  }
});

void t.test('a gate that is always open and one that never is need no Redis and no token', async (t) => {
  const { post } = tester(t);
  t.match(await post('/gate/approve', canary), { code: 200, body: 'OK\n' });
  t.match(await post('/gate/halt', canary), { code: 403, body: 'Forbidden\n' });
  t.match(await post('/gate/halt/', canary), { code: 403 }, 'with a slash at the end too');
});

void t.test('while Redis is away a gate is neither open nor closed, and this is not ready', async (t) => {
  const { gates, redis } = gatesWithoutRedis();
  t.teardown(() => redis.disconnect());
  const { post, server, registry } = tester(t, { gates, gateToken: 's3cret' });
  const authorization = 'Bearer s3cret';
  t.match(await post('/gate/check', canary), { code: 503, body: /Redis does not answer/ });
  t.match(await post('/rollback/check', canary), { code: 503 });
  t.match(await post('/gate/open', canary, { authorization }), { code: 503 });
  t.equal((await server.app.inject('/gate')).statusCode, 503);
  t.equal((await server.app.inject('/readyz')).statusCode, 503);
  t.equal((await server.app.inject('/healthz')).statusCode, 200);
  t.match(await registry.metrics(), 'gate_requests_total{kind="gate",verb="check",code="503"} 1');
});

void t.test('a canary that cannot be is refused before Redis is asked', async (t) => {
  const { gates, redis } = gatesWithoutRedis();
  t.teardown(() => redis.disconnect());
  const { post } = tester(t, { gates });
  t.match(await post('/gate/check', { ...canary, name: 'a/b' }), { code: 400, body: /name is not a name/ });
});

void t.test('without gates this is ready, and says that it has none', async (t) => {
  const { server, post } = tester(t);
  t.equal((await server.app.inject('/readyz')).statusCode, 200);
  t.match(await post('/gate/check', canary), { code: 404, body: /HEADGATE_LOADTESTER_GATES=off/ });
  t.match(await server.app.inject('/gate'), { statusCode: 404 });
  t.match(await server.app.inject('/gates'), { statusCode: 404, body: /there is POST \// });
});
