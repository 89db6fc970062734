import t from 'tap';
import type { EndpointSlice } from '../../../src/rollout/kube.ts';
import { readyPods } from '../../../src/scheduler/world/endpoints.ts';

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
