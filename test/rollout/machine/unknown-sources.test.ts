import t from 'tap';
import type { Decision } from '../../../src/rollout/machine/decide.ts';
import type { CheckResult, Observation } from '../../../src/rollout/machine/observation.ts';
import { SOURCES, type Source } from '../../../src/rollout/machine/sources.ts';
import type { Phase, Release } from '../../../src/rollout/machine/state.ts';
import { canary, deployment, held, release, revision, spec, stable, state } from '../../build.ts';
import { after, effects, expect, live, progressing, route, serving } from './decided.ts';

/** What an observation shows of a source that gave no answer. */
const BLANK: Partial<Record<Source, object>> = {
  replicaSets: { replicaSets: undefined },
  endpoints: { endpoints: [] },
  services: { service: { is: 'unknown', name: 'podinfo' }, canaryService: undefined },
  routes: { route: undefined },
};

const without = (...sources: readonly Source[]): Partial<Observation> =>
  Object.assign(
    { unknown: sources.map((source) => ({ source, why: 'the API server does not answer' })) },
    ...sources.map((source) => BLANK[source] ?? {}),
  ) as Partial<Observation>;

const TO_ADVANCE: ReadonlySet<Source> = new Set([
  ...(['deployment', 'canary', 'replicaSets', 'endpoints', 'services', 'routes', 'rules'] as const),
]);
const due = { ...serving, checkAt: '2030-01-01T00:00:05.000Z', weightSince: '2029-12-31T23:59:50.000Z' };
const checks = (verdict: CheckResult['verdict']): CheckResult[] => [{ metric: 'm', verdict, message: 'it says' }];
const abort = { command: { id: 'c1', action: 'abort' as const } };
const at = (phase: Phase, more: Partial<Release> = serving) => state(phase, { release: release('2.0', more) });
const weightOf = ({ state: { release: found } }: Decision) => found?.weight;

/** All sources, one at a time and two at a time. */
const TROUBLES = SOURCES.flatMap((one, index) => SOURCES.slice(index).map((other) => [...new Set([one, other])]));

for (const sources of TROUBLES) {
  const words = sources.join(' and ');
  const blind = { ...live, ...without(...sources) };
  const needed = sources.some((source) => TO_ADVANCE.has(source));
  const good = after(progressing(due), { ...blind, checks: checks('pass') });
  t.equal(weightOf(good), needed ? 20 : 40, `a good check without ${words}`);
  const last = { ...due, weight: 40, replicas: 2, ready: 2 };
  const seen = { ...live, canary: canary('2.0', 2), route: route(40), ...without(...sources), checks: checks('pass') };
  t.equal(
    after(progressing(last), seen).state.phase,
    needed ? 'Progressing' : 'Promoting',
    `the last one without ${words}`,
  );
  const bad = after(progressing({ ...due, failedChecks: 1 }), { ...blind, checks: checks('fail') });
  t.equal(bad.state.phase, 'Finalising', `the last failed check without ${words}`);
  const lost = after(progressing(serving), { ...blind, canary: canary('2.0', 0) });
  t.equal(lost.state.phase, 'Finalising', `lost pods without ${words}`);
  for (const phase of ['Waiting', 'Progressing', 'Paused'] as const) {
    const aborted = after(at(phase), { ...blind, ...abort });
    t.match(
      aborted.state,
      { phase: 'Finalising', release: { weight: 0 }, command: { accepted: true } },
      `abort in ${phase} without ${words}`,
    );
    const isSeen = !sources.includes('routes');
    t.equal(effects(aborted).includes('setRoute'), isSeen, `traffic goes back in ${phase} without ${words}`);
    t.notOk(effects(aborted).includes('scaleCanary'), `pods stay in ${phase} without ${words}`);
  }
  const back = after(at('Failed', { weight: 0, outcome: 'failed' }), {
    ...{ deployment: deployment('2.0', held({ verdict: 'failed' })), canary: canary('2.0', 1), route: route(20) },
    ...without(...sources),
  });
  const wanted = sources.includes('routes') ? [] : ['setRoute'];
  t.same(
    effects(back).filter((verb) => verb === 'setRoute' || verb === 'scaleCanary'),
    wanted,
    `after a failure without ${words}`,
  );
  const promote = after(progressing(serving), { ...blind, command: { id: 'c1', action: 'promote' } });
  t.equal(promote.state.phase, needed ? 'Progressing' : 'Promoting', `promote without ${words}`);
  t.equal(promote.state.command?.id, needed ? undefined : 'c1', `which waits for it, without ${words}`);
  t.ok((good.wakeAt ?? Infinity) <= Date.parse('2030-01-01T00:00:12.000Z'), `it is looked again for ${words}`);
}

const adopted = { ...serving, adopted: true as const };
const ended = { weight: 0, weightSince: '2030-01-01T00:00:00.000Z', outcome: 'failed' as const };
const marked = { deployment: deployment('2.0', held({ verdict: 'failed', reason: 'x' })), canary: canary('2.0', 1) };
const held3 = { deployment: deployment('3.0', held()), canary: canary('2.0', 1), route: route(20) };

expect({
  'routes that cannot be read are not gone': [
    after(progressing(adopted), { ...live, ...without('routes') }),
    { phase: 'Progressing', effects: [], facts: [], release: { weight: 20, weightSince: '2030-01-01T00:00:00.000Z' } },
  ],
  'pods stay until the routes are known to be at 0': [
    after(at('Finalising', ended), { ...marked, ...without('routes') }),
    { phase: 'Finalising', effects: ['writeHold'] },
  ],
  'and go when they are': [
    after(at('Finalising', ended), { ...marked, route: route(0) }),
    { phase: 'Finalising', effects: ['writeHold', 'scaleCanary'] },
  ],
  'without a release too': [
    after(state('Initialized'), { deployment: deployment('1.0'), canary: canary('2.0', 1), ...without('routes') }),
    { phase: 'Initialized', effects: [] },
  ],
  'a canary that was deleted is not made again under a name of which nothing is known': [
    after(progressing({ weight: 0 }), { deployment: live.deployment, ...without('names') }),
    { phase: 'Progressing', effects: [] },
  ],
  'a new revision starts when all is known that its canary needs': [
    after(state('Initialized'), { deployment: deployment('2.0', held()), ...without('services') }),
    { phase: 'Waiting', effects: [], facts: ['NewRevision', 'SourceUnknown'], release: { reason: 'SourceUnknown' } },
  ],
  'which is told once': [
    after(at('Waiting', { reason: 'SourceUnknown' }), { deployment: live.deployment, ...without('services', 'names') }),
    { phase: 'Waiting', effects: [], facts: [] },
  ],
  'and not instead of what it waits for': [
    after(at('Waiting', { reason: 'NameTaken', message: 'x' }), { deployment: live.deployment, ...without('names') }),
    { phase: 'Waiting', facts: [], release: { reason: 'NameTaken' } },
  ],
  'a revision takes the place of another without ReplicaSets: the traffic of that goes back': [
    after(progressing(), { ...held3, ...without('replicaSets') }),
    { phase: 'Waiting', effects: ['setRoute'], release: { revision: revision('3.0'), weight: 0 } },
  ],
  'but not in mid-promotion, where they alone tell what runs': [
    after(at('Promoting'), { ...held3, ...without('replicaSets') }),
    { phase: 'Promoting', effects: [], facts: [] },
  ],
  'the way back needs none': [
    after(
      state('Succeeded', {
        stable: stable('2.0'),
        previous: { revision: revision('1.0'), replacedAt: '2030-01-01T00:00:00.000Z' },
      }),
      {
        deployment: deployment('1.0', held()),
        ...without('replicaSets'),
      },
    ),
    { phase: 'Promoting', effects: ['liftHold'], facts: ['WayBack'] },
  ],
  'a first version is not taken as unprotected': [
    after(state('Initialized', { stable: stable('1.0', false) }), {
      deployment: deployment('2.0', held(), ({ status }) => Object.assign(status ?? {}, { availableReplicas: 0 })),
      ...without('replicaSets'),
    }),
    { phase: 'Initialized', effects: [], facts: [] },
  ],
  'what is not there by a Deployment that could not be read again is no revision': [
    after(progressing(), { ...live, deployment: deployment('1.0'), ...without('deployment') }),
    { phase: 'Progressing', facts: [] },
  ],
  'a failed release does not end before its mark at the gate is known': [
    after(at('Finalising', ended), { deployment: deployment('1.0', held()), ...without('deployment') }),
    { phase: 'Finalising', facts: [] },
  ],
  'the deadline of pods that are not listed waits for nothing': [
    after(progressing({ weight: 20, weightSince: undefined, deadline: '2030-01-01T00:00:09.000Z' }), {
      ...{ ...live, route: route(0) },
      ...without('endpoints'),
    }),
    { phase: 'Finalising', facts: ['ProgressDeadlineExceeded'] },
  ],
  'no Service is made because none could be read': [
    after(
      progressing({ weight: 0 }),
      { deployment: live.deployment, canary: canary('2.0', 1), ...without('services') },
      spec(),
    ),
    { phase: 'Progressing', effects: [] },
  ],
});
