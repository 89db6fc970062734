import t from 'tap';
import type { Deployment } from '../../../src/rollout/kube.ts';
import type { Canary } from '../../../src/rollout/machine/canary.ts';
import { urgencyIn } from '../../../src/scheduler/queue/urgency.ts';
import * as make from '../../build.ts';

type Stores = Parameters<typeof urgencyIn>[0];

const stores = (deployment: Deployment | undefined, records: readonly Canary[]): Stores =>
  ({ enrolled: { get: () => deployment }, records: { about: () => records } }) as unknown as Stores;
const record = { metadata: { name: 'podinfo' }, spec: {} } as Canary;

t.equal(urgencyIn(stores(make.deployment('1.0'), []), 'prod/podinfo'), 'start', 'nothing is recorded of it');
t.equal(urgencyIn(stores(undefined, [record]), 'prod/podinfo'), 'traffic', 'it is gone, and its Canary is there');
t.equal(urgencyIn(stores(undefined, []), 'prod/podinfo'), 'start', 'only somebody’s route names it');
