import t from 'tap';
import { Store } from '../../../src/cluster/store.ts';
import type { Deployment } from '../../../src/rollout/kube.ts';
import type { Canary } from '../../../src/rollout/machine/canary.ts';
import type { Phase } from '../../../src/rollout/machine/state.ts';
import { closeIdleWatches } from '../../../src/scheduler/world/idle-watches.ts';
import { Records } from '../../../src/scheduler/world/records.ts';
import * as make from '../../build.ts';

/** What a scheduler sees that makes no tick itself, and what it closes. */
function bystander() {
  const closed: string[] = [];
  const enrolled = new Store<Deployment>();
  const records = new Records(() => undefined);
  const note = (what: string) => async () => void closed.push(what);
  closeIdleWatches({
    ...{ enrolled, records },
    forget: note('everything'),
    close: note('all'),
    closeEndpoints: note('endpoints'),
  });
  let version = 0;
  const versioned = <T extends Deployment | Canary>(object: T): T => {
    version += 1;
    return { ...object, metadata: { ...object.metadata, resourceVersion: String(version) } };
  };
  return {
    closed: () => closed.splice(0),
    deployment: (...changes: make.Change<Deployment>[]) =>
      enrolled.put(versioned(make.deployment('2.0', ...changes)), 'watch'),
    gone: () => {
      version += 1;
      const key = `${make.NAMESPACE}/${make.NAME}`;
      return { deployment: enrolled.remove(key, String(version)), record: records.store.remove(key, String(version)) };
    },
    record: (phase: Phase, source: 'watch' | 'write' = 'watch') => {
      const status = { phase, release: make.release('2.0') };
      const metadata = { name: make.NAME, namespace: make.NAMESPACE, uid: 'uid-record' };
      const record = { metadata, spec: { targetRef: { name: make.NAME } }, status } as Canary;
      records.store.put(versioned(record), source);
    },
  };
}

t.test('a release that another process ends leaves no watch', async (t) => {
  const { closed, deployment, record } = bystander();
  deployment(make.held());
  record('Progressing');
  closed();
  record('Paused');
  t.same(closed(), [], 'nothing is closed while it is under way');
  record('Promoting');
  deployment();
  record('Finalising');
  t.same(closed(), ['endpoints'], 'the endpoints are not needed when its traffic goes back');
  record('Succeeded');
  t.same(closed(), ['all']);
});

t.test('what is held and failed is still guarded', async (t) => {
  const { closed, deployment, record } = bystander();
  deployment(make.held());
  record('Failed');
  t.same(new Set(closed()), new Set(['endpoints']));
  deployment();
  t.same(closed(), ['all'], 'until it is not held any more');
});

t.test('what this process writes is for its own tick to see', async (t) => {
  const { closed, deployment, record } = bystander();
  deployment();
  closed();
  record('Succeeded', 'write');
  t.same(closed(), []);
});

t.test('of what is gone nothing is kept', async (t) => {
  const { closed, deployment, record, gone } = bystander();
  deployment();
  record('Succeeded');
  closed();
  gone();
  t.same(closed(), ['all', 'everything'], 'when the record is gone, too');
});
