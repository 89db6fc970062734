import t from 'tap';
import { Store, type StoreEvent } from '../../../src/cluster/store.ts';
import type { Deployment, DeploymentStatus, KubeObject, ReplicaSet } from '../../../src/rollout/kube.ts';
import { keptSlice } from '../../../src/scheduler/world/endpoints.ts';
import { keptReplicaSet, keptStatus } from '../../../src/scheduler/world/kept-status.ts';
import { isNews } from '../../../src/scheduler/world/news.ts';
import { deployment } from '../../build.ts';

/** Whether the second state of an object is news after the first. */
function isSecondNews<T extends KubeObject>(keep: (object: T) => T, states: readonly [T, T]): boolean {
  const news: boolean[] = [];
  const store = new Store<T>({ keep });
  store.onChange((event) => news.push(isNews(event)));
  for (const [index, state] of states.entries()) {
    store.put({ ...state, metadata: { ...state.metadata, resourceVersion: String(index + 1) } });
  }
  t.equal(news[0], true, 'the first state is');
  return news[1] ?? false;
}

const kept = (object: Deployment): Deployment => ({
  ...object,
  ...(object.status && { status: keptStatus(object.status) }),
});

function ofDeployment(before: DeploymentStatus, after: DeploymentStatus): boolean {
  const state = (status: DeploymentStatus) => ({ ...deployment('1.0'), status });
  return isSecondNews(kept, [state(before), state(after)]);
}

const progressing = (more: object) => [
  { type: 'Progressing', status: 'True' as const, reason: 'ReplicaSetUpdated', lastUpdateTime: 'x', ...more },
];

t.test('of a Deployment', async (t) => {
  const status = { replicas: 2, readyReplicas: 1, conditions: progressing({}) };
  t.notOk(ofDeployment(status, status), 'another version alone');
  t.notOk(ofDeployment(status, { ...status, terminatingReplicas: 1, unavailableReplicas: 1, collisionCount: 1 }));
  const available = { type: 'Available', status: 'True' as const };
  t.notOk(ofDeployment(status, { ...status, conditions: [...progressing({ message: 'y' }), available] }));
  for (const field of ['observedGeneration', 'replicas', 'updatedReplicas', 'readyReplicas', 'availableReplicas'])
    t.ok(ofDeployment(status, { ...status, [field]: 3 }), field);
  t.ok(ofDeployment(status, { ...status, conditions: progressing({ reason: 'NewReplicaSetAvailable' }) }));
  t.ok(ofDeployment(status, { ...status, conditions: progressing({ lastUpdateTime: 'y' }) }));
  const refused = { type: 'ReplicaFailure', status: 'True' as const, message: 'quota' };
  t.ok(ofDeployment(status, { ...status, conditions: [...status.conditions, refused] }));
  t.ok(ofDeployment({}, status), 'the first status');
});

type Status = NonNullable<ReplicaSet['status']>;

t.test('of a ReplicaSet', async (t) => {
  const { metadata, spec } = deployment('1.0');
  const state = (status: Status) => ({ kind: 'ReplicaSet', metadata, spec, status });
  const news = (after: Status) => isSecondNews(keptReplicaSet, [state({ replicas: 1 }), state(after)]);
  t.notOk(
    news({ replicas: 1, readyReplicas: 1, fullyLabeledReplicas: 1, observedGeneration: 2, terminatingReplicas: 1 }),
  );
  t.ok(news({ replicas: 2 }));
  t.ok(news({ replicas: 1, availableReplicas: 1 }));
});

t.test('of a slice of endpoints', async (t) => {
  const pod = (ready: boolean, more = {}) => ({
    conditions: { ready, ...more },
    targetRef: { kind: 'Pod', name: 'a' },
  });
  const state = (endpoints: object[]) => ({
    metadata: { name: 'x', annotations: { at: `${Math.random()}` } },
    endpoints,
  });
  const news = (after: object[]) => isSecondNews(keptSlice, [state([pod(false)]), state(after)]);
  t.notOk(news([{ ...pod(false, { serving: true }), nodeName: 'b', addresses: ['10.0.0.1'] }]));
  t.ok(news([pod(true)]));
  t.ok(news([pod(false), pod(false)]));
  t.ok(news([]));
});

t.test('of an object whose metadata alone is watched, every version is', async (t) => {
  const at = (resourceVersion: string) => ({ metadata: { name: 'settings', resourceVersion } });
  const events: StoreEvent<KubeObject>[] = [];
  const store = new Store();
  store.onChange((event) => events.push(event));
  for (const version of ['1', '2']) store.put(at(version));
  t.same(
    events.map((event) => isNews(event, { metadataOnly: true })),
    [true, true],
  );
  t.same(
    events.map((event) => isNews(event)),
    [true, false],
  );
});
