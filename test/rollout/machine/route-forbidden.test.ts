import t from 'tap';
import { at, deployment, held, release, START, state } from '../../build.ts';
import { after, expect, live, progressing } from './decided.ts';

const obstacle = { reason: 'RouteForbidden', message: 'it may not; give it that' } as const;
const atGate = { deployment: deployment('2.0', held()) };
const waiting = (since: string) => ({
  ...state('Waiting', { release: release('2.0', { reason: obstacle.reason, message: 'before' }) }),
  since,
});

expect({
  'a revision comes while a route may not be changed: it waits, and nothing is made': [
    after(state('Initialized'), { ...atGate, obstacle, canaryService: undefined as never }),
    { phase: 'Waiting', effects: [], facts: ['NewRevision', 'RouteForbidden'], release: { reason: 'RouteForbidden' } },
  ],
  'the right is given: the canary starts': [
    after(waiting(at(0)), atGate),
    { phase: 'Progressing', effects: ['createCanary'], facts: [], release: { reason: undefined, message: undefined } },
  ],
  'it is lost in mid-release: traffic goes back': [
    after(progressing({ weight: 20, ready: 1, weightSince: at(0), checkAt: at(60) }), { ...live, obstacle }),
    { phase: 'Finalising', effects: ['writeHold', 'setRoute'], facts: ['RouteForbidden'], release: { weight: 0 } },
  ],
});

const { wakeAt = Number.NaN } = after(waiting(at(-10)), { ...atGate, obstacle });
t.equal(wakeAt - START, 30_000, 'no watch tells of a right: it is asked for again, after as long as it has waited');
