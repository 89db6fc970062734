import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import t from 'tap';
import { URGENCIES } from '../../src/rollout/machine/places/urgency.ts';
import { NoticeQueue } from '../../src/scheduler/notices/notice-queue.ts';
import { blockingConnection, commandConnection } from '../../src/scheduler/queue/redis.ts';
import { BACKUP_MS, WakeQueue } from '../../src/scheduler/queue/wake-queue.ts';
import { WakeWorker } from '../../src/scheduler/queue/wake-worker.ts';
import { openRig, waitFor } from '../rig/rig.ts';
import { ended, MAIN } from './support/headgate.ts';
import { RedisServer } from './support/redis-server.ts';

const IP = '10.244.255.62';
const SERVERS = ['redis-server-6.2', 'redis-server', 'redis-server-8', 'valkey-server'];
const NOTHING_KEPT = 'save ""';

const rig = openRig();
t.teardown(() => rig.close());
t.jobs = 3;

let nextPort = 6_400;

/** The rights that the documentation says are enough, for a user of this name and password. */
function documentedRights(): string {
  const text = readFileSync(join(import.meta.dirname, '../../docs/configuration.md'), 'utf8');
  const [, rights] = /^ACL SETUSER headgate (on >PASSWORD .*)$/m.exec(text) ?? [];
  if (rights === undefined) throw new Error('docs/configuration.md has no line ACL SETUSER headgate on >PASSWORD …');
  return rights;
}

for (const program of SERVERS) {
  t.test(`jobs go through ${program}, by a user with the documented rights alone`, async (t) => {
    const port = nextPort++;
    const user = `user headgate ${documentedRights()}`;
    const server = await RedisServer.start(rig, { program, ip: IP, port, lines: [NOTHING_KEPT, user] });
    const access = { redisUrl: `redis://headgate:PASSWORD@${IP}:${port}` };
    const connections = [blockingConnection(access), commandConnection(access)] as const;
    const [blocking, commands] = connections;
    const errors: unknown[] = [];
    const onError = (error: unknown) => void errors.push(error);
    for (const connection of connections) connection.on('error', onError);
    const woken: string[] = [];
    const takenAt = new Map<string, number>();
    const sent: string[] = [];
    await waitFor('a connection', () => commands.status === 'ready');
    const runHere = ({ key }: { key: string }) => void errors.push(`${key} was not taken`);
    const urgencyOf = (key: string) => URGENCIES.find((urgency) => key.endsWith(urgency)) ?? 'traffic';
    const wakeQueue = new WakeQueue({ name: 'headgate', connection: commands, runHere, urgencyOf });
    const run = async ({ key }: { key: string }) => {
      woken.push(key);
      takenAt.set(key, Date.now());
    };
    const rest = { postpone: () => undefined, clock: Date.now, onError };
    const worker = new WakeWorker({ queue: 'headgate', connection: blocking, concurrency: 1, run, ...rest });
    const notices = new NoticeQueue({
      name: 'headgate-notices',
      posting: commands,
      working: blocking,
      run: async ({ to }) => {
        sent.push(to);
        return sent.length === 1 ? { is: 'delayed', forMs: 50 } : { is: 'completed' };
      },
      onError,
    });
    for (const urgency of URGENCIES.toReversed()) wakeQueue.timer(`demo/${urgency}`, 'timer', Date.now());
    const counted = new Queue('headgate', { connection: commands });
    await waitFor(
      'three jobs that can be taken',
      async () => (await counted.getJobCountByTypes('waiting', 'prioritized')) === 3,
    );
    worker.start();
    await waitFor('them to be taken', () => woken.length === URGENCIES.length);
    t.same(woken.splice(0), ['demo/traffic', 'demo/weight', 'demo/start'], 'the most urgent first');
    notices.start();
    wakeQueue.now('demo/now');
    const later = Date.now() + 300;
    wakeQueue.timer('demo/dropped', 'timer', later);
    wakeQueue.timer('demo/later', 'timer', later);
    wakeQueue.drop('demo/dropped', 'timer', later);
    wakeQueue.timer('demo/backup', 'backup', later - BACKUP_MS);
    wakeQueue.now('demo/once', { onceInMs: 60_000 });
    const delivery = { key: 'demo/podinfo', record: 'podinfo', uid: 'u', to: 'alert/team', notice: { id: '1' } };
    t.equal(await notices.post(delivery), 'posted');
    await waitFor('the jobs, and a notice that is tried twice', () => woken.length === 4 && sent.length === 2);
    wakeQueue.now('demo/once', { onceInMs: 60_000 });
    wakeQueue.now('demo/last');
    await waitFor('what is asked for last', () => woken.includes('demo/last'));
    await waitFor('the notice to be done', async () => (await notices.post(delivery)) === 'completed');
    await Promise.all([worker.stop(), notices.stop(), wakeQueue.close(), counted.close()]);
    t.same(errors, []);
    t.same(
      woken.toSorted(),
      ['demo/backup', 'demo/last', 'demo/later', 'demo/now', 'demo/once'],
      'each once, and not what was dropped',
    );
    for (const key of ['demo/later', 'demo/backup']) t.ok((takenAt.get(key) ?? 0) >= later, `${key} at its time`);
    for (const connection of connections) connection.disconnect();
    await server.stop();
  });
}

interface Refusal {
  program?: string;
  lines?: readonly string[];
  env?: Readonly<Record<string, string>>;
  words: RegExp;
}

const PASSWORD = { HEADGATE_REDIS_PASSWORD: 'p@ss' };
const USER = { ...PASSWORD, HEADGATE_REDIS_USERNAME: 'gate' };

const REFUSED: Readonly<Record<string, Refusal>> = {
  'a version that is too old': { program: 'redis-server-5', words: /Redis 5\.0\.6, .*too old.*6\.2 or newer/ },
  'a policy that evicts': {
    lines: ['maxmemory-policy allkeys-lru'],
    words: /maxmemory-policy is allkeys-lru.*Set it to noeviction/,
  },
  'the same of Valkey': {
    program: 'valkey-server',
    lines: ['maxmemory-policy volatile-ttl'],
    words: /volatile-ttl.*noeviction/,
  },
  'a Redis Cluster': { lines: ['cluster-enabled yes'], words: /Redis Cluster, which Headgate does not serve/ },
  'a replica': { lines: ['replicaof 10.244.255.63 1'], words: /a replica, and takes no writes/ },
  'no password where one is wanted': { lines: ['requirepass p@ss'], words: /it wants a password.*REDIS_PASSWORD/ },
  'a wrong password': { lines: ['requirepass other'], env: PASSWORD, words: /it refuses user or password/ },
  'a user without rights': {
    lines: ['user gate on >p@ss ~* +ping'],
    env: USER,
    words: /may not do what the queue does: docs\/configuration\.md.*NOPERM/,
  },
  'a user who may only read': {
    lines: ['user gate on >p@ss ~* +@read +@connection +@scripting +info'],
    env: USER,
    words: /may not do what the queue does/,
  },
  'a user of other keys': { lines: ['user gate on >p@ss ~other:* +@all'], env: USER, words: /may not do .*NOPERM/ },
};

for (const [sentence, { program = 'redis-server', lines = [], env = {}, words }] of Object.entries(REFUSED)) {
  t.test(`a scheduler does not start with ${sentence}, and says why`, async (t) => {
    const port = nextPort++;
    const server = await RedisServer.start(rig, { program, ip: IP, port, lines: [NOTHING_KEPT, ...lines] });
    const redisUrl = `redis://${IP}:${port}`;
    const settings = { HEADGATE_REDIS_URL: redisUrl, KUBECONFIG: rig.file.kubeconfig, ...env };
    const { code, stderr } = await ended(process.execPath, [MAIN, 'scheduler'], settings);
    t.equal(code, 2);
    t.match(stderr, words);
    t.match(stderr, `headgate: Redis at ${IP}:${port}: `, 'and where');
    t.notMatch(stderr, 'p@ss', 'without the password');
    await server.stop();
  });
}

t.test('what a user may do is looked at without a trace', async (t) => {
  const redis = new Redis(rig.file.redis.url);
  t.same(await redis.keys('bull:*:trial'), []);
  redis.disconnect();
});
