import t from 'tap';
import { CANARY } from '../../../src/rollout/keys.ts';
import type { Canary } from '../../../src/rollout/machine/canary.ts';
import { ownerOf } from '../../../src/rollout/workload/generated.ts';
import { readPlan } from '../../../src/scheduler/tick/plan.ts';
import * as make from '../../build.ts';

const written: Canary = {
  metadata: { name: make.NAME, namespace: make.NAMESPACE, uid: 'uid-record' },
  spec: { targetRef: { name: make.NAME }, service: { port: 9898 }, analysis: { threshold: 7 } },
};
const made: Canary = { ...written, metadata: { ...written.metadata, ownerReferences: [ownerOf(make.deployment())] } };

const planOf = (notes: Record<string, string>, record: Canary) => {
  const deployment = make.deployment('1.0', make.annotated({ [CANARY]: 'true', ...notes }));
  const reading = readPlan(deployment, () => record);
  return reading.kind === 'planned' ? reading.plan : reading;
};

const rows: Record<string, [notes: Record<string, string>, record: Canary, expected: object]> = {
  'annotations make the record': [
    {},
    made,
    { userForm: {}, byCanary: undefined, spec: { analysis: { threshold: 5 } } },
  ],
  'wrong annotations leave the record as it was, and Headgate\u2019s': [
    { 'headgate.dev/interval': 'soon' },
    made,
    {
      userForm: undefined,
      byCanary: undefined,
      invalid: /headgate.dev\/interval/,
      spec: { analysis: { threshold: 7 } },
    },
  ],
  'a Canary that the Deployment names is its user\u2019s, whoever made it': [
    { [CANARY]: `canary/${make.NAME}`, 'headgate.dev/port': '' },
    made,
    { byCanary: true, spec: { analysis: { threshold: 7 } } },
  ],
  'a Canary that was there first is followed, and the other owner told': [
    {},
    written,
    { byCanary: true, invalid: /two owners/, spec: { analysis: { threshold: 7 } } },
  ],
};

for (const [claim, [notes, record, expected]] of Object.entries(rows)) t.match(planOf(notes, record), expected, claim);
