import t from 'tap';
import { statusOf } from '../../../src/rollout/machine/status.ts';
import { at, canary, counts, deployment, release, spec, state, status } from '../../build.ts';
import { after, expect, live, progressing, route, serving } from './decided.ts';

const refusal = { message: 'podinfo.prod 2.0 stays held: no', until: at(60) };
const promoting = (more: object = {}) =>
  state('Promoting', { release: release('2.0', { ...serving, promotedAt: at(9), ...more }) });
const rolling = { 'headgate.dev/rolling': JSON.stringify({ from: '1.0', to: release('2.0').revision }) };
const open = deployment('2.0', ({ metadata }) => {
  metadata.annotations = { ...metadata.annotations, ...rolling };
});
const refused = { ...live, rollOutRefused: 'no' };
const broken = canary('2.0', 1, status(counts(1, { readyReplicas: 0, availableReplicas: 0 })));

expect({
  'a refused lift is told, and the canary analysed on': [
    after(promoting(), refused),
    { phase: 'Progressing', effects: [], facts: ['RolloutRefused'], release: { checkAt: at(20), weight: 20 } },
  ],
  once: [after(promoting({ refusal }), refused), { phase: 'Progressing', facts: [] }],
  'what was promoted without analysis gets none': [
    after(promoting({ checkAt: undefined }), refused),
    { phase: 'Progressing', release: { checkAt: undefined } },
  ],
  'it is not promoted again before its time': [
    after(progressing({ ...serving, checkAt: undefined, refusal }), live),
    { phase: 'Progressing', effects: [], facts: [] },
  ],
  'and not told that it is': [
    after(progressing({ ...serving, checkAt: undefined, refusal: { ...refusal, until: at(10) } }), live),
    { phase: 'Promoting', effects: ['liftHold'], facts: [] },
  ],
  'where no refusal is heard of it waits for its write': [
    after(promoting({ refusal }), live),
    { phase: 'Promoting', effects: ['liftHold'], facts: [], release: { refusal } },
  ],
  'a canary that breaks before its hold is lifted fails': [
    after(promoting(), { ...live, canary: broken }),
    { phase: 'Finalising', facts: ['CanaryUnready'], release: { outcome: 'failed', weight: 0 } },
  ],
  'a lift that was accepted after all': [
    after(promoting({ refusal }), { ...live, deployment: open }),
    { phase: 'Promoting', facts: [], release: { refusal: undefined, promotedAt: at(10) } },
  ],
  'one that was under way when the release had gone back is no revision past the gate': [
    after(progressing({ ...serving, refusal }), { ...live, deployment: open }),
    { phase: 'Promoting', facts: [], release: { weight: 20 } },
  ],
  'a revision past the gate is one all the same': [
    after(progressing({ ...serving, refusal }), { ...live, deployment: deployment('3.0') }),
    { phase: 'Promoting', facts: ['Superseded', 'WentAround'], release: { refusal: undefined } },
  ],
});

const told = (phase: 'Progressing' | 'Paused' | 'Failed', more: object = {}) =>
  statusOf({
    ...{ state: state(phase, { release: release('2.0', { ...serving, refusal, ...more }) }), spec: spec() },
    ...{ route: route(20), unknown: undefined, stopsPodsFirst: false, generation: 1, before: undefined },
  }).conditions.find(({ type }) => type === 'Ready')?.reason;
t.equal(told('Progressing'), 'RolloutRefused', 'the status says it');
t.equal(told('Progressing', { reason: 'WaitingForApproval', message: 'x' }), 'WaitingForApproval', 'not over another');
t.equal(told('Paused', { reason: 'Paused', message: 'x' }), 'Paused');
t.equal(told('Failed'), 'Failed', 'nor once it is over');
