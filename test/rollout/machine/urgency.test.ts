import t from 'tap';
import type { Deployment } from '../../../src/rollout/kube.ts';
import { type Urgency, urgencyOf } from '../../../src/rollout/machine/places/urgency.ts';
import type { RolloutState } from '../../../src/rollout/machine/state.ts';
import { readHold } from '../../../src/rollout/workload/hold.ts';
import { type Change, deployment, held, release, revision, state } from '../../build.ts';

const hold = (tag: string, ...changes: Change<Deployment>[]) => readHold(deployment(tag, ...changes));
const open = hold('2.0');
const of = (phase: RolloutState['phase'], weight = 0) => state(phase, { release: release('2.0', { weight }) });

const rows: Record<string, [ReturnType<typeof hold>, RolloutState | undefined, Urgency]> = {
  'nothing is recorded yet': [open, undefined, 'start'],
  'a change comes': [hold('2.0', held()), state('Initialized'), 'start'],
  'another change comes before the first has traffic': [hold('3.0', held()), of('Progressing'), 'start'],
  'another change comes while the canary has traffic': [hold('3.0', held()), of('Progressing', 20), 'traffic'],
  'the running version comes back': [hold('1.0', held()), of('Progressing'), 'traffic'],
  'the version before comes back': [
    hold('0.9', held()),
    { ...of('Succeeded'), previous: { revision: revision('0.9'), replacedAt: '' } },
    'traffic',
  ],
  'it waits': [hold('2.0', held()), of('Waiting'), 'start'],
  'its canary gets ready': [hold('2.0', held()), of('Progressing'), 'weight'],
  'its canary has traffic': [hold('2.0', held()), of('Progressing', 20), 'traffic'],
  'it goes back': [hold('2.0', held()), of('Finalising'), 'traffic'],
  'it went past the gate': [open, of('Waiting'), 'traffic'],
  'its hold cannot be read': [{ state: 'unreadable', raw: '{' }, of('Waiting'), 'traffic'],
};

for (const [claim, [seen, recorded, wanted]] of Object.entries(rows)) t.equal(urgencyOf(seen, recorded), wanted, claim);
