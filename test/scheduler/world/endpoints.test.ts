import t from 'tap';
import { Store } from '../../../src/cluster/store.ts';
import type { EndpointSlice } from '../../../src/rollout/kube.ts';
import { Endpoints, readyPods } from '../../../src/scheduler/world/endpoints.ts';
import type { Watch } from '../../../src/scheduler/world/watch.ts';
import { FaultServer, line } from '../../cluster-transport/fault-server.ts';

type Endpoint = NonNullable<EndpointSlice['endpoints']>[number];

const slice = (endpoints?: Endpoint[]): EndpointSlice => ({
  metadata: { namespace: 'prod', name: 'shop-canary-x' },
  ...(endpoints && { endpoints }),
});

const pod = (name: string, conditions?: Endpoint['conditions']): Endpoint => ({
  targetRef: { kind: 'Pod', name },
  ...(conditions && { conditions }),
});

const TABLE: Record<string, [EndpointSlice[], string[]]> = {
  'a Service without slices leads nowhere': [[], []],
  'a slice without endpoints leads nowhere': [[slice()], []],
  'nor does one that says so': [[{ ...slice(), endpoints: null }], []],
  'pods that are ready count': [[slice([pod('one', { ready: true })])], ['one']],
  'pods of which nothing is known count as ready': [[slice([pod('one'), pod('two', {})])], ['one', 'two']],
  'pods that are not ready do not': [[slice([pod('one', { ready: false })])], []],
  'slices are taken together': [
    [slice([pod('one')]), slice([pod('two')])],
    ['one', 'two'],
  ],
  'a pod with an address of each family counts once': [[slice([pod('one')]), slice([pod('one')])], ['one']],
  'what is no pod does not count': [[slice([{ targetRef: { kind: 'Node', name: 'one' } }, {}])], []],
};

for (const [claim, [slices, pods]] of Object.entries(TABLE)) t.same(readyPods(slices), pods, claim);

const KEY = 'prod/shop';

/** Endpoints with the shared store, which the test fills; only what `own` names was made by Headgate. */
function watched(own: readonly string[], client = server.client()) {
  const shared: { store?: Store<EndpointSlice>; wanted?: Watch<EndpointSlice>; isCurrent: boolean } = {
    isCurrent: true,
  };
  const changed: string[] = [];
  const endpoints = new Endpoints({
    ...{ client, hooks: {}, onChange: (key) => changed.push(key), isOwn: (service) => own.includes(service) },
    watch: (wanted) => {
      const { keep, index } = wanted;
      shared.store = new Store({ filtered: true, ...(keep && { keep }), ...(index && { indexes: index }) });
      shared.wanted = wanted;
      return shared.store;
    },
    expectCurrent: async () => {
      if (!shared.isCurrent) throw new Error('the watch is away');
    },
  });
  return { endpoints, shared, changed };
}

const sliceOf = (service: string, version: number, ...pods: string[]): EndpointSlice => ({
  kind: 'EndpointSlice',
  metadata: {
    ...{ namespace: 'prod', name: `${service}-x`, resourceVersion: String(version) },
    labels: { 'kubernetes.io/service-name': service, 'headgate.dev/role': 'service' },
  },
  addressType: 'IPv4',
  endpoints: pods.map((name) => ({ addresses: ['10.0.0.1'], conditions: { ready: true }, ...pod(name) })),
});

const server = await new FaultServer().start();
t.teardown(() => server.stop());

t.test('the Services that Headgate made share one watch', async (t) => {
  const { endpoints, shared } = watched(['prod/shop-canary']);
  shared.store?.put(sliceOf('shop-canary', 1, 'one'));
  shared.store?.put(sliceOf('other-canary', 2, 'two'));
  t.same(await endpoints.of(KEY, 'shop-canary'), ['one']);
  t.equal(endpoints.size, 0, 'none is open for it alone');
  t.same(shared.wanted?.toKeys(sliceOf('shop-canary', 3)), [KEY], 'a change is told to who looks at the Service');
  t.same(shared.wanted?.toKeys(sliceOf('other-canary', 3)), [], 'and to nobody else');
  await endpoints.forget(KEY);
  t.same(shared.wanted?.toKeys(sliceOf('shop-canary', 3)), [], 'nor later');
});

t.test('of a slice in the shared watch its pods are kept, and nothing else', (t) => {
  const { shared } = watched([]);
  shared.store?.put(sliceOf('shop-canary', 1, 'one'));
  const [kept] = shared.store?.list() ?? [];
  t.same(kept?.endpoints, [{ targetRef: { kind: 'Pod', name: 'one' } }]);
  t.notOk(kept?.['addressType']);
  shared.store?.put({ ...sliceOf('shop-canary', 2), endpoints: null });
  t.same(shared.store?.list()[0]?.endpoints, [], 'of one without endpoints none');
  t.end();
});

t.test('what the shared watch does not show for long is not known', async (t) => {
  const { endpoints, shared } = watched(['prod/shop-canary']);
  shared.isCurrent = false;
  await t.rejects(endpoints.of(KEY, 'shop-canary'), /the watch is away/);
});

t.test('the Service that a user wrote for a canary is watched by its name, while it is looked at', async (t) => {
  const client = server.client();
  t.teardown(() => client.close());
  const { endpoints } = watched([], client);
  const slice = sliceOf('shop-canary', 5, 'one');
  const annotations = { 'k8s.io/initial-events-end': 'true' };
  server.answer((response) => {
    response.write(line('ADDED', slice));
    response.write(line('BOOKMARK', { kind: slice.kind, metadata: { resourceVersion: '5', annotations } }));
  });
  t.same(await endpoints.of(KEY, 'shop-canary'), ['one']);
  t.equal(server.seen.at(-1)?.query['labelSelector'], 'kubernetes.io/service-name=shop-canary');
  t.equal(endpoints.size, 1);
  await endpoints.forget(KEY);
  t.equal(endpoints.size, 0);
});
