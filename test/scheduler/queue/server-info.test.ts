import t from 'tap';
import { problemIn, serverName } from '../../../src/scheduler/queue/server-info.ts';

const info = (changed: Record<string, string> = {}): string => {
  const fields = {
    redis_version: '7.2.4',
    redis_mode: 'standalone',
    maxmemory_policy: 'noeviction',
    role: 'master',
    cluster_enabled: '0',
    ...changed,
  };
  const lines = Object.entries(fields).map(([name, value]) => `${name}:${value}`);
  return ['# Server', ...lines, ''].join('\r\n');
};

const usable: Record<string, string> = {
  'Redis as it should be': info(),
  'the oldest that will do': info({ redis_version: '6.2.0' }),
  'Redis 8': info({ redis_version: '8.2.3' }),
  'Valkey, which calls itself an old Redis too': info({ server_name: 'valkey', valkey_version: '9.1.2' }),
  'a server that does not say how it evicts': info().replace(/maxmemory_policy.*\r\n/, ''),
  'a server that says no version': info().replace(/redis_version.*\r\n/, ''),
};

for (const [sentence, text] of Object.entries(usable)) {
  void t.test(`${sentence} can be used`, async (t) => t.equal(problemIn(text), undefined));
}

const unusable: Record<string, [text: string, words: RegExp]> = {
  'Redis 6.0': [info({ redis_version: '6.0.16' }), /Redis 6\.0\.16, .*too old.*6\.2 or newer/],
  'Redis 5': [info({ redis_version: '5.0.6', maxmemory_policy: 'allkeys-lru' }), /too old/],
  'one that evicts anything': [info({ maxmemory_policy: 'allkeys-lru' }), /allkeys-lru.*Set it to noeviction/],
  'one that evicts what expires': [info({ maxmemory_policy: 'volatile-lru' }), /volatile-lru.*Set it to noeviction/],
  'a node of a Redis Cluster': [info({ redis_mode: 'cluster' }), /Redis Cluster, which Headgate does not serve/],
  'a node that hides its mode': [info({ cluster_enabled: '1' }), /Redis Cluster/],
  'a replica': [info({ role: 'slave' }), /replica.*Name its master/],
};

for (const [sentence, [text, words]] of Object.entries(unusable)) {
  void t.test(`${sentence} is refused, with what to do`, async (t) => t.match(problemIn(text), words));
}

void t.test('a server is called by its own name', async (t) => {
  t.equal(serverName(info()), 'Redis 7.2.4');
  t.equal(serverName(info({ valkey_version: '9.1.2' })), 'Valkey 9.1.2');
  t.equal(serverName(''), 'Redis of an unknown version');
});
