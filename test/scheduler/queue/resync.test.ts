import t from 'tap';
import type { KubeClient } from '../../../src/cluster/client.ts';
import { Store } from '../../../src/cluster/store.ts';
import type { Deployment } from '../../../src/rollout/kube.ts';
import type { Canary } from '../../../src/rollout/machine/canary.ts';
import { ACTIVE, type Phase } from '../../../src/rollout/machine/state.ts';
import { Resync } from '../../../src/scheduler/queue/resync.ts';
import type { Once } from '../../../src/scheduler/queue/wake-queue.ts';
import { Records } from '../../../src/scheduler/world/records.ts';
import type { World } from '../../../src/scheduler/world/world.ts';
import { deployment, NAMESPACE, START } from '../../build.ts';

const INTERVAL_MS = 30_000;
const SINCE = '2029-12-31T23:59:00Z';
const keyOf = (name: string): string => `${NAMESPACE}/${name}`;

const wordOf = ({ onceInMs }: Once = {}): string => (onceInMs === undefined ? '' : `, once in ${onceInMs}`);

/** A scheduler's resync over Deployments of these phases, and what it asked the queue for. */
function opened(phases: Readonly<Record<string, { phase: string; checkAt?: string; weightSince?: string }>>) {
  const enrolled = new Store<Deployment>();
  const records = new Records(() => undefined);
  for (const [name, { phase, checkAt, weightSince = SINCE }] of Object.entries(phases)) {
    enrolled.put(deployment('1.0', ({ metadata }) => void (metadata.name = name)));
    const times = { ...(checkAt && { checkAt }), ...(weightSince && { weightSince }) };
    const release = { revision: 'r', path: 'canary', weight: 10, ...times };
    const status = { phase, ...(ACTIVE.has(phase as Phase) && { release }) };
    const metadata = { name, namespace: NAMESPACE, resourceVersion: '1' };
    records.put({ metadata, spec: { targetRef: { name } }, status } as unknown as Canary);
  }
  const asked: string[] = [];
  const planned = new Map<string, number>();
  const seen = new Set<string>();
  const owed = new Set<string>();
  const theirs = new Set<string>();
  const ours = new Set<string>();
  const isBusy = { now: false };
  const passed = { ms: 0 };
  const redis = { isAway: false };
  const resync = new Resync({
    client: { list: async () => ({ items: [], metadata: {} }) } as unknown as KubeClient,
    world: { enrolled, records, traffic: { hasRoute: () => true } } as unknown as World,
    intervalMs: INTERVAL_MS,
    clock: () => START + passed.ms,
    wakeQueue: {
      now: (key, once) => void asked.push(`${key} now${wordOf(once)}`),
      whenFree: (key, _since, once) => void asked.push(`${key}${wordOf(once)}`),
    },
    timers: { set: (key, at) => void asked.push(`${key} at +${(at ?? 0) - START}`) },
    carrierOf: (key) => (theirs.has(key) ? 'others' : ours.has(key) ? 'us' : 'unknown'),
    lookHere: ({ key }) => {
      if (!isBusy.now) asked.push(`${key} here`);
      return !isBusy.now;
    },
    redisAnswers: () => !redis.isAway,
    looks: {
      plannedAt: (key) => planned.get(key),
      covers: ({ key }) => seen.has(key),
      owes: (key) => owed.has(key),
      settled: (key) => owed.delete(key),
      doubt: () => void asked.push('in doubt'),
    },
    sendNotices: () => undefined,
    onCount: () => undefined,
    onExcluded: () => undefined,
    onError: (error) => t.fail(String(error)),
    namespaces: [],
    excludedNamespaces: [],
  });
  t.teardown(() => resync.stop());
  return { resync, asked, planned, seen, owed, theirs, ours, isBusy, passed, redis };
}

t.test('what has work is looked at, what is due first comes first', async (t) => {
  const { resync, asked } = opened({
    idle: { phase: 'Succeeded' },
    late: { phase: 'Progressing', checkAt: '2030-01-01T00:00:20Z' },
    soon: { phase: 'Progressing', checkAt: '2030-01-01T00:00:10Z' },
    promoting: { phase: 'Promoting' },
  });
  resync.run();
  t.same(asked, ['promoting', 'soon', 'late'].map(keyOf));
});

t.test('what was noticed before the start is looked at after what has work', async (t) => {
  const { resync, asked } = opened({ idle: { phase: 'Succeeded' }, paused: { phase: 'Paused' } });
  t.ok(['idle', 'gone', 'paused'].map(keyOf).every((key) => resync.takes(key)));
  resync.run();
  t.same(asked.splice(0), ['paused', 'idle', 'gone'].map(keyOf));
  resync.run();
  t.same(asked, [keyOf('paused')], 'once');
});

t.test('what was noticed before the start is looked at, whatever its timer, unless it has been since', async (t) => {
  const { resync, asked, planned, seen } = opened({ seen: { phase: 'Paused' }, unseen: { phase: 'Paused' } });
  for (const key of ['seen', 'unseen'].map(keyOf)) {
    resync.takes(key);
    planned.set(key, START + 1);
  }
  seen.add(keyOf('seen'));
  resync.run();
  t.same(asked.splice(0), [`${keyOf('seen')} at +1`, keyOf('unseen')]);
  resync.run();
  t.same(
    asked,
    ['seen', 'unseen'].map((name) => `${keyOf(name)} at +1`),
  );
});

t.test('one that is to be looked at before the next pass only gets its timer again', async (t) => {
  const names = ['none', 'past', 'next', 'far'];
  const { resync, asked, planned } = opened(Object.fromEntries(names.map((name) => [name, { phase: 'Paused' }])));
  planned.set(keyOf('past'), START - 1);
  planned.set(keyOf('next'), START + INTERVAL_MS);
  planned.set(keyOf('far'), START + INTERVAL_MS + 1);
  resync.run();
  t.same(asked, ['none', 'past', `next at +${INTERVAL_MS}`, 'far'].map(keyOf));
});

t.test('what was asked for, and may be lost, is asked for once more, also of what is at rest', async (t) => {
  const { resync, asked, owed } = opened({ idle: { phase: 'Succeeded' }, asked: { phase: 'Succeeded' } });
  owed.add(keyOf('asked'));
  resync.run();
  t.same(asked, [keyOf('asked')]);
  resync.run();
  t.same(asked, [keyOf('asked')], 'and no more: another scheduler may have answered it');
});

t.test('what is late, or was left in the middle of a weight, waits behind nothing', async (t) => {
  const { resync, asked } = opened({
    late: { phase: 'Progressing', checkAt: '2029-12-31T23:59:59Z' },
    midway: { phase: 'Progressing', weightSince: '' },
    waiting: { phase: 'Paused' },
    rolling: { phase: 'Promoting', checkAt: '2029-12-31T23:59:59Z' },
  });
  resync.run();
  t.same(asked, [`${keyOf('midway')} now`, `${keyOf('late')} now`, keyOf('rolling'), keyOf('waiting')]);
});

t.test('what another scheduler carries on is left to it, unless it is late, and for four passes', async (t) => {
  const { resync, asked, theirs, passed } = opened({
    theirs: { phase: 'Paused' },
    late: { phase: 'Progressing', checkAt: '2029-12-31T23:59:50Z' },
    overdue: { phase: 'Progressing', checkAt: '2029-12-31T23:59:56Z' },
    ours: { phase: 'Paused' },
  });
  for (const name of ['theirs', 'late', 'overdue']) theirs.add(keyOf(name));
  resync.run();
  t.same(asked.splice(0), [`${keyOf('late')} now`, keyOf('ours')], 'a backup may still be on its way');
  for (let pass = 1; pass < 4; pass += 1) {
    passed.ms = pass * INTERVAL_MS;
    resync.run();
    t.notOk(asked.splice(0).includes(keyOf('theirs')), `pass ${pass}`);
  }
  passed.ms = 4 * INTERVAL_MS;
  resync.run();
  t.ok(asked.splice(0).includes(keyOf('theirs')));
  resync.run();
  t.notOk(asked.includes(keyOf('theirs')), 'and is left to it again');
});

t.test('it is not left where Redis is away or was, or where it was asked for what nobody answered', async (t) => {
  const { resync, asked, theirs, owed, passed, redis } = opened({ theirs: { phase: 'Paused' } });
  theirs.add(keyOf('theirs'));
  const isLeft = (run = () => resync.run()): boolean => {
    run();
    return asked.splice(0).length === 0;
  };
  t.ok(isLeft());
  redis.isAway = true;
  t.notOk(isLeft(), 'its backups are in the one that may be gone');
  redis.isAway = false;
  t.ok(isLeft());
  resync.afterOutage();
  t.same(asked.splice(0), ['in doubt', keyOf('theirs')], 'they were lost');
  passed.ms = INTERVAL_MS;
  t.notOk(isLeft(), 'the pass after it begins while that one may still be under way');
  passed.ms = 2 * INTERVAL_MS;
  t.ok(isLeft());
  owed.add(keyOf('theirs'));
  t.notOk(isLeft());
});

t.test('what this process carries on it looks at itself, unless it has enough to do', async (t) => {
  const { resync, asked, ours, isBusy } = opened({ ours: { phase: 'Paused' }, anybodys: { phase: 'Paused' } });
  ours.add(keyOf('ours'));
  resync.run();
  t.same(asked.splice(0), [`${keyOf('ours')} here`, keyOf('anybodys')]);
  isBusy.now = true;
  resync.run();
  t.same(asked, [keyOf('ours'), keyOf('anybodys')]);
});

t.test(
  'an ask at the start that another one may have taken the place of is made again, unless it was seen',
  async (t) => {
    const { resync, asked, seen } = opened({ seen: { phase: 'Succeeded' }, unseen: { phase: 'Succeeded' } });
    for (const key of ['seen', 'unseen'].map(keyOf)) resync.takes(key);
    resync.start();
    t.same(
      asked.splice(0),
      ['seen', 'unseen'].map((name) => `${keyOf(name)}, once in 24000`),
    );
    seen.add(keyOf('seen'));
    resync.run();
    t.same(asked.splice(0), [keyOf('unseen')]);
    resync.run();
    t.same(asked, []);
  },
);

t.test('schedulers that start together look for the same once', async (t) => {
  const { resync, asked } = opened({
    late: { phase: 'Progressing', checkAt: '2029-12-31T23:59:50Z' },
    paused: { phase: 'Paused' },
  });
  resync.start();
  t.same(asked.splice(0), [`${keyOf('late')} now, once in 24000`, `${keyOf('paused')}, once in 24000`]);
  resync.run();
  t.same(asked, [`${keyOf('late')} now`, keyOf('paused')]);
});
