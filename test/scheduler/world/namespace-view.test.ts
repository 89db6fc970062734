import t from 'tap';
import type { KubeClient } from '../../../src/cluster/client.ts';
import { KINDS } from '../../../src/cluster/kinds.ts';
import type { KubeObject } from '../../../src/rollout/kube.ts';
import { NamespaceView } from '../../../src/scheduler/world/namespace-view.ts';

const service = (name: string, resourceVersion: string): KubeObject => ({
  kind: 'Service',
  metadata: { name, namespace: 'shop', uid: `uid-${name}`, resourceVersion, managedFields: [{ manager: 'kubectl' }] },
});

/** A view of what the API server has at the moment, each time as new objects. */
function viewOf(stored: KubeObject[]) {
  const listAll = async () => ({ items: structuredClone(stored), resourceVersion: '9' });
  const client = { listAll } as unknown as KubeClient;
  const kinds = [{ kind: KINDS.services, ownOnly: true }];
  const view = new NamespaceView({ client, kinds, hooks: () => ({}), onChange: () => undefined });
  return { view, list: (name: string) => view.list(`shop/${name}`, KINDS.services) };
}

void t.test('what several Deployments of a namespace read of it is in memory once', async (t) => {
  const { list } = viewOf([service('cart', '1'), service('till', '2')]);
  t.equal(await list('cart'), await list('till'));
});

void t.test('where something changed between, the rest is', async (t) => {
  const stored = [service('cart', '1'), service('till', '2')];
  const { list } = viewOf(stored);
  const before = await list('cart');
  stored[1] = service('till', '3');
  const after = await list('till');
  t.equal(after[0], before[0]);
  t.match([before[1], after[1]], [{ metadata: { resourceVersion: '2' } }, { metadata: { resourceVersion: '3' } }]);
  t.equal(await list('cart'), before, 'each keeps what it read');
});

void t.test('what is forgotten is read again, and without a word on who wrote which field', async (t) => {
  const stored = [service('cart', '1')];
  const { view, list } = viewOf(stored);
  t.strictSame(Object.keys((await list('cart'))[0]?.metadata ?? {}), ['name', 'namespace', 'uid', 'resourceVersion']);
  stored.pop();
  view.forget('shop/cart');
  t.same(await list('cart'), []);
});
