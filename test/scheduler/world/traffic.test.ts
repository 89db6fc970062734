import t from 'tap';
import { Store } from '../../../src/cluster/store.ts';
import { ADOPTED_FOR, ROLE } from '../../../src/rollout/keys.ts';
import type { Kind } from '../../../src/rollout/object-change.ts';
import { TrafficView, type TrafficViewOptions, type TrafficWatch } from '../../../src/scheduler/world/traffic.ts';
import { istio } from '../../../src/traffic/istio/provider.ts';
import { NAMESPACE, trafficWishOf } from '../../build.ts';

const KEY = `${NAMESPACE}/podinfo`;
const EDGE = { namespace: 'infra', name: 'edge' };
const wish = trafficWishOf({ gateways: ['istio-system/public'] });
const gateway = { kind: 'Gateway', metadata: { namespace: 'istio-system', name: 'public' }, spec: {} };

/** A view where nothing is watched, and what it asks for. */
function view() {
  const asked: string[] = [];
  const forgotten: string[] = [];
  const listed: string[] = [];
  const stores: Store[] = [];
  const list = async (_key: string, { plural }: Kind, namespace = NAMESPACE) => {
    listed.push(`${namespace}/${plural}`);
    return [];
  };
  const stored: (typeof gateway)[] = [];
  const find = async (path: string) => {
    asked.push(path.split('/').at(-1) ?? '');
    return stored[0];
  };
  const options = {
    client: { find },
    provider: istio,
    watch: ({ index }: TrafficWatch) => stores[stores.push(new Store({ filtered: true, indexes: index })) - 1],
    namespaces: { list, put: () => undefined, forget: (key: string) => forgotten.push(key) },
    expectCurrent: async () => undefined,
  } as unknown as TrafficViewOptions;
  return { asked, forgotten, listed, stored, stores, traffic: new TrafficView(options) };
}

t.test('what is referred to is asked for until it is there, and then no more', async (t) => {
  const { asked, stored, traffic } = view();
  t.same([await traffic.of(wish), await traffic.of(wish)], [[], []]);
  t.same(asked, ['public', 'public']);
  stored.push(gateway);
  t.same([await traffic.of(wish), await traffic.of(wish)], [[gateway], [gateway]]);
  t.equal(asked.length, 3);
});

t.test('what is forgotten is read anew, of users’ objects too', async (t) => {
  const { asked, forgotten, stored, traffic } = view();
  stored.push(gateway);
  await traffic.of(wish);
  traffic.forget(KEY);
  await traffic.of(wish);
  t.equal(asked.length, 2);
  t.same(forgotten, [KEY]);
});

t.test('where settings name routes of other namespaces, those are looked at too, if they may be changed', async (t) => {
  const { listed, traffic } = view();
  const named = trafficWishOf({ routes: [EDGE, { name: 'web' }] });
  const own = ['virtualservices', 'destinationrules'].map((plural) => `${NAMESPACE}/${plural}`);
  await traffic.of({ ...named, closed: new Map([['infra', 'it is excluded']]) });
  t.same(listed.toSorted(), own.toSorted());
  listed.length = 0;
  await traffic.of(named);
  t.same(listed.toSorted(), ['infra/destinationrules', 'infra/virtualservices', ...own].toSorted());
});

t.test('what is marked for a Deployment in other namespaces is found by its mark', async (t) => {
  const { stores, traffic } = view();
  const marked = (namespace: string, name: string, key: string) => ({
    kind: 'VirtualService',
    metadata: {
      ...{ namespace, name, resourceVersion: '1', uid: name, labels: { [ROLE]: 'adopted-route' } },
      annotations: { [ADOPTED_FOR]: JSON.stringify({ [key]: {} }) },
    },
  });
  for (const object of [
    marked('infra', 'edge', KEY),
    marked(NAMESPACE, 'web', KEY),
    marked('infra', 'other', 'infra/x'),
  ])
    stores[0]?.put(object, 'watch');
  t.match(traffic.markedElsewhere(KEY), [{ kind: { kind: 'VirtualService' }, key: 'infra/edge' }]);
  t.equal(traffic.markedElsewhere(KEY).length, 1);
  t.ok(traffic.isMarkedFor(KEY));
  t.ok(traffic.hasRoute(KEY));
});

t.test('a rule that is made for a Deployment is no route', async (t) => {
  const { stores, traffic } = view();
  const metadata = { namespace: NAMESPACE, name: 'podinfo', resourceVersion: '1', uid: 'a' };
  stores[1]?.put({ kind: 'DestinationRule', metadata }, 'watch');
  t.notOk(traffic.hasRoute(KEY));
  stores[0]?.put({ kind: 'VirtualService', metadata }, 'watch');
  t.ok(traffic.hasRoute(KEY));
});
