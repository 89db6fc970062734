import t from 'tap';
import { Store } from '../../../src/cluster/store.ts';
import { TrafficView, type TrafficViewOptions } from '../../../src/scheduler/world/traffic.ts';
import { istio } from '../../../src/traffic/istio/provider.ts';
import { NAMESPACE, trafficWishOf } from '../../build.ts';

const KEY = `${NAMESPACE}/podinfo`;
const wish = trafficWishOf({ gateways: ['istio-system/public'] });
const gateway = { kind: 'Gateway', metadata: { namespace: 'istio-system', name: 'public' }, spec: {} };

/** A view where nothing is watched, and what it asks for. */
function view() {
  const asked: string[] = [];
  const forgotten: string[] = [];
  const stored: (typeof gateway)[] = [];
  const find = async (path: string) => {
    asked.push(path.split('/').at(-1) ?? '');
    return stored[0];
  };
  const options = {
    client: { find },
    provider: istio,
    watch: () => new Store({ filtered: true }),
    namespaces: { list: async () => [], put: () => undefined, forget: (key: string) => forgotten.push(key) },
  } as unknown as TrafficViewOptions;
  return { asked, forgotten, stored, traffic: new TrafficView(options) };
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
