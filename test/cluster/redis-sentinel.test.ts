import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import t from 'tap';
import { blockingConnection, commandConnection } from '../../src/scheduler/queue/redis.ts';
import { WakeQueue } from '../../src/scheduler/queue/wake-queue.ts';
import { WakeWorker } from '../../src/scheduler/queue/wake-worker.ts';
import { openRig, waitFor } from '../rig/rig.ts';

const IP = '10.244.255.60';
const PORTS = { master: 6391, replica: 6392, sentinel: 26_391 };
const PASSWORD = 'p@ss/w%1';

const rig = openRig();
const dir = mkdtempSync(join(rig.file.dir, 'sentinel-'));
const started: ChildProcess[] = [];
t.teardown(async () => {
  for (const child of started) child.kill('SIGKILL');
  await rig.close();
});

function start(name: string, lines: readonly string[], ...flags: string[]): ChildProcess {
  const file = join(dir, `${name}.conf`);
  writeFileSync(file, [`bind ${IP}`, `dir ${dir}`, ...lines].join('\n'));
  const log = openSync(join(rig.file.logs, `redis-${name}.log`), 'a');
  const child = spawn(rig.program('redis-server'), [file, ...flags], { stdio: ['ignore', log, log] });
  started.push(child);
  return child;
}

const server = (port: number, ...more: string[]) => [
  'save ""',
  `port ${port}`,
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
    ...(port < 10_000 && { password: PASSWORD }),
  });
  redis.on('error', () => undefined);
  try {
    return String(await redis.call(...words));
  } finally {
    redis.disconnect();
  }
}

t.test('work goes on when the sentinels make another server the master', async (t) => {
  const master = start('master', server(PORTS.master));
  start('replica', server(PORTS.replica, `replicaof ${IP} ${PORTS.master}`));
  await waitFor('the replica', async () =>
    (await ask(PORTS.replica, 'INFO', 'replication')).includes('link_status:up'),
  );
  const watch = [
    `port ${PORTS.sentinel}`,
    `sentinel monitor mymaster ${IP} ${PORTS.master} 1`,
    `sentinel auth-pass mymaster ${PASSWORD}`,
    'sentinel down-after-milliseconds mymaster 1000',
    'sentinel failover-timeout mymaster 5000',
  ];
  start('sentinel', watch, '--sentinel');
  const known = async () =>
    (await ask(PORTS.sentinel, 'SENTINEL', 'replicas', 'mymaster')).includes(String(PORTS.replica));
  await waitFor('the sentinel to know both', known, { timeoutMs: 60_000 });

  const url = `redis+sentinel://:${encodeURIComponent(PASSWORD)}@10.244.255.61,${IP}:${PORTS.sentinel}/mymaster/3`;
  const [blocking, commands] = [blockingConnection({ redisUrl: url }), commandConnection({ redisUrl: url })];
  for (const connection of [blocking, commands]) connection.on('error', () => undefined);
  const wakeQueue = new WakeQueue('sentinel', commands, () => undefined);
  const taken: string[] = [];
  const run = async ({ key }: { key: string }) => void taken.push(key);
  const worker = new WakeWorker({
    queue: 'sentinel',
    connection: blocking,
    concurrency: 1,
    run,
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
      { timeoutMs: 60_000, everyMs: 250 },
    );

  await passes('before');
  t.equal(commands.options.db, 3);
  const gone = once(master, 'exit');
  master.kill('SIGKILL');
  await gone;
  const failedAt = Date.now();
  await passes('after');
  t.pass(`a job went through the new master ${Date.now() - failedAt} ms after the old one was killed`);
  t.match(await ask(PORTS.replica, 'INFO', 'replication'), 'role:master');
});
