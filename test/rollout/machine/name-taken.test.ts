import t from 'tap';
import type { ObjectChange } from '../../../src/rollout/object-change.ts';
import { DESTINATION_RULES } from '../../../src/traffic/istio/kinds.ts';
import { at, canary, deployment, held, release, rule, START, service, spec, state } from '../../build.ts';
import { after, effects, expect, live, progressing } from './decided.ts';

const foreign = canary('9.9', 1, ({ metadata }) => {
  metadata.labels = {};
});
const taken = [foreign];
const atGate = { deployment: deployment('2.0', held()) };
const waiting = (message: string, since = at(0)) => ({
  ...state('Waiting', { release: release('2.0', { reason: 'NameTaken', message }) }),
  since,
});
const told = after(state('Initialized'), { ...atGate, taken }).state.release?.message ?? '';

expect({
  'a revision comes while the name is taken: it waits, and nothing is made': [
    after(state('Initialized'), { ...atGate, taken, canaryService: undefined as never }),
    { phase: 'Waiting', effects: [], facts: ['NewRevision', 'NameTaken'], release: { reason: 'NameTaken' } },
  ],
  'it waits without telling it again': [
    after(waiting(told), { ...atGate, taken }),
    { phase: 'Waiting', effects: [], facts: [] },
  ],
  'another object is in the way now: that is told': [
    after(waiting(told), { ...atGate, taken: [service('podinfo-canary')] }),
    { phase: 'Waiting', effects: [], facts: ['NameTaken'] },
  ],
  'the name is free: the canary starts': [
    after(waiting(told), atGate),
    { phase: 'Progressing', effects: ['createCanary'], facts: [], release: { reason: undefined, message: undefined } },
  ],
  'it is free, and the Canary suspended meanwhile: it goes on waiting, for that': [
    after(
      waiting(told),
      atGate,
      spec((wanted) => (wanted.suspend = true)),
    ),
    { phase: 'Waiting', effects: [], facts: ['Waiting'], release: { reason: 'Waiting' } },
  ],
  'a creation met somebody else’s': [
    after(progressing({ weight: 0 }), { ...atGate, taken }),
    { phase: 'Waiting', effects: [], facts: ['NameTaken'], release: { weight: 0, replicas: 0 } },
  ],
  'a canary that serves loses a name: traffic goes back first': [
    after(progressing({ weight: 20, ready: 1, weightSince: at(0), checkAt: at(60) }), { ...live, taken }),
    { phase: 'Waiting', effects: ['setRoute'], facts: ['NameTaken'], release: { weight: 0, replicas: 0 } },
  ],
  'paused by command, it makes nothing either': [
    after(state('Paused', { release: release('2.0', { weight: 0 }) }), { ...atGate, taken }),
    { phase: 'Paused', effects: [], facts: [] },
  ],
});

const create: ObjectChange = { do: 'create', kind: DESTINATION_RULES, object: rule('podinfo-canary') };
const remove: ObjectChange = { do: 'delete', kind: DESTINATION_RULES, object: rule() };
t.same(
  effects(after(state('Initialized'), { taken, prerequisites: [create, remove] })),
  ['changeTraffic'],
  'between releases too, nothing is made beside it',
);
t.same(effects(after(state('Initialized'), { taken })), [], 'and what is taken is left alone');

const looks: Record<string, [since: string, inMs: number]> = {
  'soon at first': [at(10), 5_000],
  'after as long as it has waited': [at(-10), 20_000],
  'and once a minute in the end': [at(-3_600), 60_000],
};
for (const [claim, [since, inMs]] of Object.entries(looks))
  t.equal(after(waiting(told, since), { ...atGate, taken }).wakeAt, START + 10_000 + inMs, `it looks again ${claim}`);
