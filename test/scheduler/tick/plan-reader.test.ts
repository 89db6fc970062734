import t from 'tap';
import { CANARY } from '../../../src/rollout/keys.ts';
import type { Deployment } from '../../../src/rollout/kube.ts';
import type { Canary } from '../../../src/rollout/machine/canary.ts';
import { PlanReader, readPlan } from '../../../src/scheduler/tick/plan.ts';
import * as make from '../../build.ts';

const named = make.deployment('1.0', make.annotated({ [CANARY]: `canary/${make.NAME}` }));
const annotated = make.deployment('1.0', make.annotated({ [CANARY]: 'true' }));
const record: Canary = {
  metadata: { name: make.NAME, namespace: make.NAMESPACE, uid: 'uid-record', resourceVersion: '1' },
  spec: { targetRef: { name: make.NAME }, service: { port: 9898 }, analysis: { threshold: 7 } },
};

type Input = [deployment: Deployment, record: Canary | undefined];

const ahead = <T extends Deployment | Canary>(object: T): T => ({
  ...structuredClone(object),
  metadata: { ...object.metadata, resourceVersion: '2' },
});

/** Whether the second reading is the first one, and not made anew; what it says is that of `readPlan` in any case. */
function isShared([first, second]: [Input, Input]): boolean {
  const reader = new PlanReader();
  const [before, after] = [first, second].map(([deployment, found]) => {
    const reading = reader.read(deployment, () => found);
    const anew = readPlan(deployment, () => found);
    t.same(reading, anew, 'what it says');
    return reading;
  });
  return before === after;
}

const changed = (change: (object: Deployment) => void, object = named): Deployment => {
  const copy = ahead(object);
  change(copy);
  return copy;
};

const rows: Record<string, [inputs: [Input, Input], expected: boolean]> = {
  'the same objects': [
    [
      [named, record],
      [named, record],
    ],
    true,
  ],
  'a later state of the Deployment': [
    [
      [named, record],
      [
        changed((object) => {
          object.status = { replicas: 9 };
        }),
        record,
      ],
    ],
    true,
  ],
  'a later state of the record': [
    [
      [named, record],
      [named, { ...ahead(record), status: { step: '1/2' } } as Canary],
    ],
    true,
  ],
  'other annotations': [
    [
      [annotated, undefined],
      [
        changed((object) => {
          object.metadata.annotations = { ...object.metadata.annotations, 'headgate.dev/threshold': '9' };
        }, annotated),
        undefined,
      ],
    ],
    false,
  ],
  'another template': [
    [
      [named, record],
      [
        changed((object) => {
          object.spec.template.spec.hostNetwork = true;
        }),
        record,
      ],
    ],
    false,
  ],
  'other settings in the record': [
    [
      [named, record],
      [named, { ...record, spec: { ...record.spec, analysis: { threshold: 3 } } }],
    ],
    false,
  ],
  'a record that is gone': [
    [
      [named, record],
      [named, undefined],
    ],
    false,
  ],
  'a record that comes': [
    [
      [named, undefined],
      [named, record],
    ],
    false,
  ],
  'a record that its user deletes': [
    [
      [annotated, record],
      [annotated, { ...record, metadata: { ...record.metadata, deletionTimestamp: make.at(1) } }],
    ],
    false,
  ],
};

for (const [claim, [inputs, expected]] of Object.entries(rows)) t.equal(isShared(inputs), expected, claim);
