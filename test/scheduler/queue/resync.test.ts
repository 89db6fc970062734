import t from 'tap';
import type { KubeClient } from '../../../src/cluster/client.ts';
import { Store } from '../../../src/cluster/store.ts';
import type { Deployment } from '../../../src/rollout/kube.ts';
import type { Canary } from '../../../src/rollout/machine/canary.ts';
import { Resync } from '../../../src/scheduler/queue/resync.ts';
import { Records } from '../../../src/scheduler/world/records.ts';
import type { World } from '../../../src/scheduler/world/world.ts';
import { deployment, NAMESPACE, START } from '../../build.ts';

const INTERVAL_MS = 30_000;
const keyOf = (name: string): string => `${NAMESPACE}/${name}`;

/** A scheduler's resync over Deployments of these phases, and what it asked the queue for. */
function opened(phases: Readonly<Record<string, { phase: string; checkAt?: string }>>) {
  const enrolled = new Store<Deployment>();
  const records = new Records(() => undefined);
  for (const [name, { phase, checkAt }] of Object.entries(phases)) {
    enrolled.put(deployment('1.0', ({ metadata }) => void (metadata.name = name)));
    const release = { revision: 'r', path: 'canary', weight: 10, ...(checkAt && { checkAt }) };
    const status = { phase, ...(phase === 'Progressing' && { release }) };
    const metadata = { name, namespace: NAMESPACE, resourceVersion: '1' };
    records.put({ metadata, spec: { targetRef: { name } }, status } as unknown as Canary);
  }
  const asked: string[] = [];
  const planned = new Map<string, number>();
  const seen = new Set<string>();
  const resync = new Resync({
    client: {} as KubeClient,
    world: { enrolled, records, traffic: { hasRoute: () => true } } as unknown as World,
    intervalMs: INTERVAL_MS,
    clock: () => START,
    wakeQueue: {
      whenFree: (key) => void asked.push(key),
      at: (key, at) => void asked.push(`${key} at +${at - START}`),
    },
    looks: { plannedAt: (key) => planned.get(key), covers: ({ key }) => seen.has(key) },
    sendNotices: () => undefined,
    onCount: () => undefined,
    onExcluded: () => undefined,
    onError: (error) => t.fail(String(error)),
    namespaces: [],
    excludedNamespaces: [],
  });
  t.teardown(() => resync.stop());
  return { resync, asked, planned, seen };
}

t.test('what has work is looked at, what is due first comes first', async (t) => {
  const { resync, asked } = opened({
    idle: { phase: 'Succeeded' },
    late: { phase: 'Progressing', checkAt: '2026-01-01T00:00:20Z' },
    soon: { phase: 'Progressing', checkAt: '2026-01-01T00:00:10Z' },
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
