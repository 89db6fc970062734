import { Redis } from 'ioredis';
import t from 'tap';
import { blockingConnection, commandConnection } from '../../src/scheduler/queue/redis.ts';
import { WakeQueue } from '../../src/scheduler/queue/wake-queue.ts';
import { WakeWorker } from '../../src/scheduler/queue/wake-worker.ts';
import { openRig, waitFor } from '../rig/rig.ts';
import { ended, MAIN } from './support/headgate.ts';
import { RedisServer } from './support/redis-server.ts';

const IP = '10.244.255.60';
const PORTS = { master: 6391, replica: 6392, sentinel: 26_391 };
const PASSWORD = 'p@ss/w%1';
/** The sentinels' own. */
const WATCHWORD = 'se#nt:inel';

const rig = openRig();
const started: RedisServer[] = [];
t.teardown(async () => {
  await Promise.all(started.map((server) => server.stop()));
  await rig.close();
});

async function start(port: number, lines: readonly string[]): Promise<RedisServer> {
  const server = await RedisServer.start(rig, { ip: IP, port, lines });
  started.push(server);
  return server;
}

const server = (port: number, ...more: string[]) => [
  'save ""',
  `requirepass ${PASSWORD}`,
  `masterauth ${PASSWORD}`,
  `dbfilename ${port}.rdb`,
  ...more,
];

async function ask(port: number, ...words: [string, ...string[]]): Promise<string> {
  const redis = new Redis({
    host: IP,
    port,
    lazyConnect: true,
    retryStrategy: null,
    password: port < 10_000 ? PASSWORD : WATCHWORD,
  });
  redis.on('error', () => undefined);
  try {
    return String(await redis.call(...words));
  } finally {
    redis.disconnect();
  }
}

t.test('work goes on when sentinels with a password of their own make another server the master', async (t) => {
  const master = await start(PORTS.master, server(PORTS.master));
  await start(PORTS.replica, server(PORTS.replica, `replicaof ${IP} ${PORTS.master}`));
  await waitFor('the replica', async () =>
    (await ask(PORTS.replica, 'INFO', 'replication')).includes('link_status:up'),
  );
  const watch = [
    `requirepass ${WATCHWORD}`,
    `sentinel monitor mymaster ${IP} ${PORTS.master} 1`,
    `sentinel auth-pass mymaster ${PASSWORD}`,
    'sentinel down-after-milliseconds mymaster 1000',
    'sentinel failover-timeout mymaster 5000',
  ];
  await start(PORTS.sentinel, watch);
  const known = async () =>
    (await ask(PORTS.sentinel, 'SENTINEL', 'replicas', 'mymaster')).includes(String(PORTS.replica));
  await waitFor('the sentinel to know both', known, { timeoutMs: 60_000 });

  const url = `redis+sentinel://:${encodeURIComponent(PASSWORD)}@10.244.255.61,${IP}:${PORTS.sentinel}/mymaster/3`;
  const access = { redisUrl: url, sentinelPassword: WATCHWORD };
  for (const given of [{}, { HEADGATE_REDIS_SENTINEL_PASSWORD: 'wrong' }]) {
    const env = { HEADGATE_REDIS_URL: url, KUBECONFIG: rig.file.kubeconfig, ...given };
    const { code, stderr } = await ended(process.execPath, [MAIN, 'scheduler'], env);
    t.equal(code, 2, 'a scheduler that they refuse does not start');
    t.match(stderr, /its sentinels refuse user or password\. They have their own: .*HEADGATE_REDIS_SENTINEL_PASSWORD/);
  }
  const [blocking, commands] = [blockingConnection(access), commandConnection(access)];
  for (const connection of [blocking, commands]) connection.on('error', () => undefined);
  const wakeQueue = new WakeQueue({
    ...{ name: 'sentinel', connection: commands, runHere: () => undefined },
    urgencyOf: () => 'traffic',
  });
  const taken: string[] = [];
  const run = async ({ key }: { key: string }) => void taken.push(key);
  const worker = new WakeWorker({
    queue: 'sentinel',
    connection: blocking,
    concurrency: 1,
    run,
    postpone: () => undefined,
    clock: Date.now,
    onError: () => undefined,
  });
  worker.start();
  t.teardown(async () => {
    await worker.stop();
    await wakeQueue.close();
    blocking.disconnect();
    commands.disconnect();
  });
  const passes = (key: string) =>
    waitFor(
      `a job for ${key}`,
      () => {
        if (commands.status === 'ready') wakeQueue.now(key);
        return taken.includes(key);
      },
      // A sentinel that is not run for two seconds mistrusts its clock, and does nothing for thirty.
      { timeoutMs: 120_000, everyMs: 250 },
    );

  await passes('demo/before');
  t.equal(commands.options.db, 3);
  await master.stop();
  const failedAt = Date.now();
  await passes('demo/after');
  t.pass(`a job went through the new master ${Date.now() - failedAt} ms after the old one was killed`);
  t.match(await ask(PORTS.replica, 'INFO', 'replication'), 'role:master');
});
