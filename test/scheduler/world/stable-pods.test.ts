import t from 'tap';
import { refusal } from '../../../src/cluster/errors.ts';
import { Store } from '../../../src/cluster/store.ts';
import type { Deployment } from '../../../src/rollout/kube.ts';
import { StablePods } from '../../../src/scheduler/world/stable-pods.ts';
import { counts, deployment, NAMESPACE, status } from '../../build.ts';

const sized = (version: number, pods: number, ready = pods): Deployment =>
  deployment('1.0', status(counts(pods, { readyReplicas: ready, availableReplicas: ready })), ({ metadata }) => {
    metadata.resourceVersion = String(version);
  });

/** A Deployment that is followed from its first state on, and how often its pods were asked for. */
function followed() {
  const enrolled = new Store<Deployment>({ filtered: true });
  const asked: string[] = [];
  const failures: Error[] = [];
  const listAll = async (path: string, query: { labelSelector?: string }) => {
    asked.push(`${path}?${query.labelSelector}`);
    const failure = failures.pop();
    if (failure) throw failure;
    return { items: [], resourceVersion: '1' };
  };
  const client = { listAll } as unknown as ConstructorParameters<typeof StablePods>[0];
  const pods = new StablePods(client, enrolled);
  enrolled.put(sized(1, 4));
  const look = async (isInDoubt = false) => ({ read: (await pods.of(sized(1, 4), isInDoubt)) !== undefined });
  return { enrolled, asked, failures, look };
}

t.test('nothing is read while nothing changes', async (t) => {
  const { enrolled, asked, look } = followed();
  t.same(await look(), { read: false });
  enrolled.put(sized(2, 4));
  t.same(await look(), { read: false }, 'another write of it is no other pod');
  t.same(asked, []);
});

t.test('after a pod has gone and another come, all are read once', async (t) => {
  const { enrolled, asked, look } = followed();
  enrolled.put(sized(2, 4, 3));
  enrolled.put(sized(3, 4, 4));
  t.same(await look(), { read: true });
  t.same(await look(), { read: false });
  t.same(asked, [`/api/v1/namespaces/${NAMESPACE}/pods?app=podinfo`]);
});

t.test('what was found out before this process began is looked at again, once', async (t) => {
  const { look } = followed();
  t.same(await look(true), { read: true });
  t.same(await look(true), { read: false });
});

t.test('what could not be read is read at the next look, unless it may not be', async (t) => {
  const { enrolled, failures, look } = followed();
  enrolled.put(sized(2, 5));
  failures.push(new Error('away'));
  await t.rejects(look(), { message: 'away' });
  t.same(await look(), { read: true });
  enrolled.put(sized(3, 4));
  failures.push(refusal('GET pods', 403, {}));
  t.same(await look(), { read: false });
  t.same(await look(), { read: false });
});
