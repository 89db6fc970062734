import t from 'tap';
import { Store } from '../../../src/cluster/store.ts';
import type { KubeObject } from '../../../src/rollout/kube.ts';
import { POLICY_KINDS } from '../../../src/rollout/workload/policies.ts';
import { Policies } from '../../../src/scheduler/world/policies.ts';
import type { Watch } from '../../../src/scheduler/world/watch.ts';
import { ISTIO_POLICIES } from '../../../src/traffic/istio/policies.ts';
import { istio } from '../../../src/traffic/istio/provider.ts';
import { deployment } from '../../build.ts';
import { object } from '../../cluster-transport/fault-server.ts';

const KINDS = [...POLICY_KINDS, ...ISTIO_POLICIES].map(({ kind }) => kind);
const spec = { selector: { matchLabels: { app: 'podinfo' } } };

/** Policies with a store a kind, which the test fills; `unread` are groups of which nothing can be read. */
function watched(unread: readonly string[] = []) {
  const stores = new Map<string, Store>();
  const watches: Watch<KubeObject>[] = [];
  const policies = new Policies({
    provider: istio,
    watch: (wanted) => {
      const { keep, index } = wanted;
      const store = new Store({ filtered: true, ...(keep && { keep }), ...(index && { indexes: index }) });
      stores.set(wanted.kind.kind, store);
      watches.push(wanted);
      return store;
    },
    expectCurrent: async (_key, { group }) => {
      if (unread.includes(group)) throw new Error(`${group} cannot be read`);
    },
  });
  return { policies, watches, put: (kind: string, item: KubeObject) => stores.get(kind)?.put(item) };
}

t.test('each kind is watched once, without what is Headgate’s own', async (t) => {
  const { watches } = watched();
  t.same(
    watches.map(({ kind }) => kind),
    KINDS,
  );
  t.same(new Set(watches.map(({ labelSelector }) => labelSelector)), new Set(['!headgate.dev/role']));
});

t.test('those of the namespace of the Deployment count, as they are', async (t) => {
  const { policies, put } = watched();
  put('PodDisruptionBudget', { ...object('ours', 1), spec });
  put('PodDisruptionBudget', { ...object('theirs', 1, { namespace: 'elsewhere' }), spec });
  const found = [{ kind: 'PodDisruptionBudget', name: 'ours', use: 'holds', selector: spec.selector }];
  const own = deployment('1.0', ({ metadata }) => (metadata.namespace = 'ns'));
  t.same(await policies.of(own), { found, unread: [] });
  put('PodDisruptionBudget', { ...object('ours', 2), spec: {} });
  t.same(await policies.of(own), { found: [], unread: [] });
});

t.test('of an object its selectors are kept, and nothing else of it', async (t) => {
  const { watches } = watched();
  const { keep } = watches.find(({ kind }) => kind.kind === 'PodDisruptionBudget') ?? {};
  const kept = keep?.({ ...object('ours', 1, { annotations: { long: 'text' } }), spec, status: { currentHealthy: 4 } });
  t.same(Object.keys(kept ?? {}).toSorted(), ['apiVersion', 'kind', 'metadata', 'policies']);
  t.notOk(kept?.metadata.annotations);
});

t.test('what cannot be read is named', async (t) => {
  const { policies, put } = watched(['security.istio.io']);
  put('AuthorizationPolicy', { ...object('old', 1), spec });
  const { found, unread } = await policies.of(deployment());
  t.same(found, []);
  t.same(unread, ['AuthorizationPolicy', 'PeerAuthentication', 'RequestAuthentication']);
});
