import t from 'tap';
import { statusOf } from '../../../src/rollout/machine/status.ts';
import { at, deployment, release, START, spec, state } from '../../build.ts';
import { after, expect, live, progressing, route, serving } from './decided.ts';

const refusal = { message: 'podinfo.prod 2.0 stays held: no', until: at(60) };
const promoting = (more: object = {}) =>
  state('Promoting', { release: release('2.0', { ...serving, promotedAt: at(9), ...more }) });
const rolling = { 'headgate.dev/rolling': JSON.stringify({ from: '1.0', to: release('2.0').revision }) };
const open = deployment('2.0', ({ metadata }) => {
  metadata.annotations = { ...metadata.annotations, ...rolling };
});
const bypassed = deployment('2.0', ({ metadata }) => {
  const bypass = { 'headgate.dev/bypass': 'now', 'headgate.dev/bypass-at': new Date(START).toISOString() };
  metadata.annotations = { ...metadata.annotations, ...rolling, ...bypass };
});
const refused = { ...live, rollOutRefused: 'no' };

expect({
  'a refused lift is told, and the canary analysed on': [
    after(promoting(), refused),
    { phase: 'Progressing', effects: [], facts: ['RolloutRefused'], release: { checkAt: at(20), weight: 20 } },
  ],
  once: [after(promoting({ refusal }), refused), { phase: 'Progressing', facts: [] }],
  'what was promoted by command is not analysed': [
    after(promoting({ decidedBy: { action: 'promote', at: at(9) } }), refused),
    { phase: 'Progressing', release: { checkAt: undefined } },
  ],
  'nor whose analysis is skipped': [
    after(
      promoting(),
      refused,
      spec((wanted) => (wanted.skipAnalysis = true)),
    ),
    { phase: 'Progressing', release: { checkAt: undefined } },
  ],
  'it is not promoted again before its time': [
    after(progressing({ ...serving, checkAt: undefined, refusal: { ...refusal, unanalysed: true } }), live),
    { phase: 'Progressing', effects: [], facts: [] },
  ],
  'and not told that it is': [
    after(progressing({ ...serving, refusal: { ...refusal, until: at(10), unanalysed: true } }), live),
    { phase: 'Promoting', effects: ['liftHold'], facts: [] },
  ],
  'where no refusal is heard of it waits for its write': [
    after(promoting({ refusal }), live),
    { phase: 'Promoting', effects: ['liftHold'], facts: [], release: { refusal } },
  ],
  'a lift that was accepted after all': [
    after(promoting({ refusal }), { ...live, deployment: open }),
    { phase: 'Promoting', facts: [], release: { refusal: undefined, promotedAt: at(10) } },
  ],
  'one that was under way when the release had gone back is no revision past the gate': [
    after(progressing({ ...serving, refusal }), { ...live, deployment: open }),
    { phase: 'Promoting', facts: [], release: { weight: 20 } },
  ],
  'a bypass that is in force is one': [
    after(progressing({ ...serving, refusal }), { ...live, deployment: bypassed }),
    { phase: 'Promoting', facts: ['WentAround'] },
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
