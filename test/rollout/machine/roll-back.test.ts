import t from 'tap';
import type { Release } from '../../../src/rollout/machine/state.ts';
import { deployment, held, release, replicaSet, revision, stable, state, status, template } from '../../build.ts';
import { after, expect, live, serving } from './decided.ts';

const abort = { command: { id: 'c1', action: 'abort' as const } };
const rolling = deployment('2.0', status({ updatedReplicas: 1 }));
const promoting = (more: Partial<Release> = {}, phase: 'Promoting' | 'Stalled' = 'Promoting') =>
  state(phase, { stable: stable(), release: release('2.0', { ...serving, checkAt: undefined, ...more }) });
const rolledBack = {
  outcome: 'failed',
  reason: 'Aborted',
  message: 'was aborted by command',
  rolledBack: template('2.0'),
} as const;
const verdict = held({ verdict: 'failed', reason: 'was aborted by command' });

expect({
  'abort in mid-promotion rolls the Deployment back, and leaves the traffic': [
    after(promoting(), { ...live, deployment: rolling, ...abort }),
    { phase: 'Promoting', effects: ['rollBack'], facts: ['Aborted'], release: { weight: 20, outcome: 'failed' } },
  ],
  'so does abort where the roll-out is stalled': [
    after(promoting({}, 'Stalled'), { ...live, deployment: rolling, ...abort }),
    { phase: 'Promoting', effects: ['rollBack'], facts: ['Aborted'] },
  ],
  'before the gate is open it is an abort like any other': [
    after(promoting(), { ...live, ...abort }),
    { phase: 'Finalising', effects: ['writeHold', 'setRoute'], facts: ['Aborted'], release: { weight: 0 } },
  ],
  'it is aborted once': [
    after(promoting(rolledBack), { ...live, deployment: rolling, ...abort }),
    { phase: 'Promoting', facts: ['CommandRefused'] },
  ],
  'what came without a canary has no way back': [
    after(promoting({ path: 'outside', weight: 0 }), { deployment: rolling, ...abort }),
    { phase: 'Promoting', facts: ['CommandRefused'] },
  ],
  'the stable template is put back until it is there': [
    after(promoting(rolledBack), { ...live, deployment: rolling }),
    { phase: 'Promoting', effects: ['rollBack'], facts: [] },
  ],
  'also where somebody had the failed revision held meanwhile': [
    after(promoting(rolledBack), live),
    { phase: 'Promoting', effects: ['restoreTemplate'], facts: [] },
  ],
  'then Kubernetes rolls it back': [
    after(promoting(rolledBack), { ...live, deployment: deployment('1.0', status({ updatedReplicas: 3 })) }),
    { phase: 'Promoting', effects: [], facts: [] },
  ],
  'and when all pods run it, traffic goes back, and the failed template is held again': [
    after(promoting(rolledBack), { ...live, deployment: deployment('1.0') }),
    { phase: 'Finalising', effects: ['holdAgain', 'setRoute'], facts: [], release: { weight: 0 } },
  ],
  'a canary that breaks meanwhile loses its traffic alone': [
    after(promoting({ ...rolledBack, ready: 2, replicas: 2 }), {
      ...live,
      canary: undefined,
      deployment: rolling,
    } as never),
    { phase: 'Promoting', facts: ['CanaryUnready'], release: { weight: 0, outcome: 'failed' } },
  ],
});

const [effect] = after(promoting(rolledBack), { ...live, deployment: deployment('1.0') }).effects;
t.match(effect, { template: template('2.0'), text: /"verdict":"failed","reason":"was aborted by command"/ });

const ending = state('Finalising', {
  stable: stable(),
  release: release('2.0', { ...rolledBack, weight: 0, replicas: 0 }),
});
const drained = { route: { weight: 0, version: '1', stale: false } };
expect({
  'it is not over before its template is held again': [
    after(ending, { ...drained, deployment: deployment('1.0') }),
    { phase: 'Finalising', effects: ['holdAgain'], facts: [] },
  ],
  'and over when it is': [
    after(ending, { ...drained, deployment: deployment('2.0', verdict) }),
    { phase: 'Failed', facts: ['RolledBack'], release: { rolledBack: undefined } },
  ],
  'another revision that is held in between is released, and what failed is not what runs': [
    after(promoting(rolledBack), {
      ...live,
      deployment: deployment('3.0', held()),
      replicaSets: [replicaSet(rolling, '1.0', 4)],
    }),
    { phase: 'Progressing', release: { revision: revision('3.0'), outcome: undefined } },
  ],
});
