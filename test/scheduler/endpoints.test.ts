import t from 'tap';
import type { EndpointSlice } from '../../src/rollout/kube.ts';
import { Endpoints } from '../../src/scheduler/endpoints.ts';

type Endpoint = NonNullable<EndpointSlice['endpoints']>[number];

let version = 0;

const slice = (name: string, service: string, endpoints: Endpoint[] | undefined): EndpointSlice => ({
  metadata: {
    ...{ namespace: 'prod', name, resourceVersion: String((version += 1)) },
    labels: { 'kubernetes.io/service-name': service },
  },
  ...(endpoints && { endpoints }),
});

const pod = (name: string, conditions?: Endpoint['conditions']): Endpoint => ({
  targetRef: { kind: 'Pod', name },
  ...(conditions && { conditions }),
});

const TABLE: Record<string, [EndpointSlice[], string[]]> = {
  'a Service without slices leads nowhere': [[], []],
  'a slice without endpoints leads nowhere': [[slice('a', 'shop-canary', undefined)], []],
  'pods that are ready count': [[slice('a', 'shop-canary', [pod('one', { ready: true })])], ['one']],
  'pods of which nothing is known count as ready': [
    [slice('a', 'shop-canary', [pod('one'), pod('two', {})])],
    ['one', 'two'],
  ],
  'pods that are not ready do not': [[slice('a', 'shop-canary', [pod('one', { ready: false })])], []],
  'slices are taken together': [
    [slice('a', 'shop-canary', [pod('one')]), slice('b', 'shop-canary', [pod('two')])],
    ['one', 'two'],
  ],
  'a pod with an address of each family counts once': [
    [slice('a', 'shop-canary', [pod('one')]), slice('b', 'shop-canary', [pod('one')])],
    ['one'],
  ],
  'what is no pod does not count': [
    [slice('a', 'shop-canary', [{ targetRef: { kind: 'Node', name: 'one' } }, {}])],
    [],
  ],
  'slices of another Service do not count': [[slice('a', 'shop', [pod('one')])], []],
};

for (const [claim, [slices, pods]] of Object.entries(TABLE)) {
  const endpoints = new Endpoints(() => undefined);
  for (const one of slices) endpoints.store.put(one);
  t.same(endpoints.of('prod', 'shop-canary'), pods, claim);
}

t.test('whoever follows a Deployment hears of its canary, not of its own pods', async (t) => {
  const heard: string[] = [];
  const endpoints = new Endpoints((key) => heard.push(key));
  endpoints.store.put(slice('a', 'shop', [pod('one')]));
  t.same(heard, []);
  endpoints.store.put(slice('b', 'shop-canary', [pod('two')]));
  t.same(heard, ['prod/shop']);
  endpoints.store.remove('prod/b', String((version += 1)));
  t.same(heard, ['prod/shop', 'prod/shop']);
  t.same(endpoints.of('prod', 'shop-canary'), []);
});
