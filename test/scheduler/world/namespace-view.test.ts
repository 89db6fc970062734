import t from 'tap';
import type { KubeClient } from '../../../src/cluster/client.ts';
import { KINDS } from '../../../src/cluster/kinds.ts';
import type { StoreEvent } from '../../../src/cluster/store.ts';
import { LAST_APPLIED, ROLE } from '../../../src/rollout/keys.ts';
import type { KubeObject } from '../../../src/rollout/kube.ts';
import { concernedBy, NamespaceView } from '../../../src/scheduler/world/namespace-view.ts';

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

const made = (owner: string, annotations = {}): KubeObject => ({
  kind: 'VirtualService',
  metadata: {
    ...{ name: owner, namespace: 'shop', labels: { [ROLE]: 'route' }, annotations },
    ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: owner, uid: 'u1' }],
  },
});
const adopted: KubeObject = { kind: 'VirtualService', metadata: { name: 'edge', labels: { [ROLE]: 'adopted-route' } } };

const HOLDERS = ['shop/cart', 'shop/till'];
const CONCERNED: Record<string, [type: StoreEvent<KubeObject>['type'], object: KubeObject, keys: string[]]> = {
  "a user's object may be in anybody's way": ['modified', service('cart', '1'), HOLDERS],
  'one that Headgate made is of one Deployment': ['added', made('cart'), ['shop/cart']],
  'also with another weight': ['modified', made('cart'), ['shop/cart']],
  'when it goes, somebody may have waited for that': ['deleted', made('cart'), HOLDERS],
  'one that a user applied over it is theirs': ['modified', made('cart', { [LAST_APPLIED]: '{}' }), HOLDERS],
  'an adopted one is shared': ['modified', adopted, HOLDERS],
  'one of a Deployment without a release': ['modified', made('desk'), []],
};

for (const [claim, [type, object, keys]] of Object.entries(CONCERNED)) {
  void t.test(claim, async (t) => {
    const event: StoreEvent<KubeObject> = { type, key: 'shop/cart', object, mayExist: true, source: 'watch' };
    t.same(concernedBy(event, new Set(HOLDERS)), keys);
  });
}
