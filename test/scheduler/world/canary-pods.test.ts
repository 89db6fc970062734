import t from 'tap';
import { refusal } from '../../../src/cluster/errors.ts';
import { Store } from '../../../src/cluster/store.ts';
import { type Deployment, keyOf, type Pod } from '../../../src/rollout/kube.ts';
import { withPins } from '../../../src/rollout/pins/pins.ts';
import { CanaryPods, type CanaryPodsOptions } from '../../../src/scheduler/world/canary-pods.ts';
import { canary, NAMESPACE } from '../../build.ts';

const PINS = 'configmap/app=app-1';
const pinned = canary('2.0', 2, ({ metadata, spec }) => {
  metadata.resourceVersion = '1';
  spec.template = withPins(spec.template, PINS);
});
const pod = (name: string, refersTo: string): Pod => ({
  metadata: { name, annotations: { 'headgate.dev/config': PINS } },
  spec: { containers: [{ name: 'podinfo', envFrom: [{ configMapRef: { name: refersTo } }] }] },
});

/** A canary that is followed, the answers to come of the API server, and what it was asked. */
function followed(...answers: (Pod[] | Error)[]) {
  const canaries = new Store<Deployment>({ filtered: true });
  const asked: string[] = [];
  const listAll = async (path: string, query: { labelSelector?: string }) => {
    asked.push(`${path}?${query.labelSelector}`);
    const answer = answers.shift() ?? [];
    if (answer instanceof Error) throw answer;
    return { items: answer, resourceVersion: '1' };
  };
  const client = { listAll } as unknown as CanaryPodsOptions['client'];
  const pods = new CanaryPods({ client, canaries, watch: () => new Store({ filtered: true }) });
  canaries.put(pinned);
  return { pods, canaries, asked };
}

t.test('pods that are what their template says are known by name; others are read again', async (t) => {
  const { pods, asked } = followed([pod('a', 'app-1'), pod('b', 'app')], [pod('a', 'app-1'), pod('c', 'app-1')]);
  t.same([...pods.pinned(pinned)], []);
  t.equal((await pods.of(pinned))?.length, 2);
  t.same([...pods.pinned(pinned)], ['a']);
  await pods.of(pinned);
  t.same([...pods.pinned(pinned)], ['a', 'c'], 'those that are gone are not kept');
  const path = `/api/v1/namespaces/${NAMESPACE}/pods?app=podinfo-canary`;
  t.same(asked, [path, path]);
});

t.test('of a canary that is gone nothing is kept', async (t) => {
  const { pods, canaries } = followed([pod('a', 'app-1')]);
  await pods.of(pinned);
  canaries.remove(keyOf(pinned), '2');
  t.same([...pods.pinned(pinned)], []);
});

t.test('pods that may not be read keep nothing; what cannot be read is not known', async (t) => {
  const { pods } = followed(refusal('GET pods', 403, {}), new Error('away'), [pod('a', 'app-1')]);
  t.equal(await pods.of(pinned), undefined);
  await t.rejects(pods.of(pinned), { message: 'away' });
  t.equal((await pods.of(pinned))?.length, 1);
});
