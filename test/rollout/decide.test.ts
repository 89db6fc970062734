import t from 'tap';
import type { Command } from '../../src/rollout/command.ts';
import { type Decision, decide } from '../../src/rollout/decide.ts';
import type { Observation } from '../../src/rollout/observation.ts';
import type { RolloutSpec } from '../../src/rollout/spec-types.ts';
import type { Release, RolloutState } from '../../src/rollout/state.ts';
import {
  annotated,
  at,
  canary,
  counts,
  deployment,
  held,
  LABEL,
  observation,
  recreate,
  release,
  replicaSet,
  replicas,
  revision,
  START,
  spec,
  stable,
  state,
  status,
} from '../build.ts';

/** What is decided ten seconds after the start. */
const after = (given: RolloutState | undefined, seen: Partial<Observation>, wanted: RolloutSpec = spec()): Decision => {
  const owner = seen.deployment ?? deployment();
  const replicaSets = [replicaSet(owner, '1.0', 4)];
  return decide({
    ...{ state: given, seen: observation({ replicaSets, ...seen }), spec: wanted },
    ...{ now: START + 10_000, settleMs: 3_000, label: LABEL },
  });
};

const route = (weight: number | undefined) => ({ weight, resourceVersion: '1', stale: false });
const effects = ({ effects: found }: Decision): string[] => found.map((effect) => effect.do);
const reasons = ({ facts }: Decision): string[] => facts.map(({ reason }) => reason);
const order = (action: Command['action']): { command: Command } => ({ command: { id: 'c1', action } });

const failed = { verdict: 'failed', reason: 'failed 2 checks' } as const;
const serving: Partial<Release> = { weight: 20, weightSince: at(0), checkAt: at(10), ready: 1 };
const progressing = (more: Partial<Release> = serving) => state('Progressing', { release: release('2.0', more) });
const live = { deployment: deployment('2.0', held()), canary: canary('2.0', 1), route: route(20) };
const fails = [{ metric: 'm', verdict: 'fail' as const, message: 'm 1 < 2' }];
const passes = [{ metric: 'm', verdict: 'pass' as const, message: 'm 2' }];
const rolledOut = (tag: string) => deployment(tag);
const stuck = (updatedAt: string) => ({
  conditions: [
    { type: 'Progressing', status: 'False' as const, reason: 'ProgressDeadlineExceeded', lastUpdateTime: updatedAt },
  ],
});

interface Expected {
  phase: RolloutState['phase'];
  effects?: string[];
  facts?: string[];
  release?: Partial<Release>;
}

const table: Record<string, [Decision, Expected]> = {
  'a verdict at the gate outlives who wanted to promote': [
    after(state('Promoting', { release: release('2.0') }), { deployment: deployment('2.0', held(failed)) }),
    { phase: 'Finalising', effects: [], facts: ['Aborted'], release: { outcome: 'failed' } },
  ],
  'the decision to promote does not lift a hold with a verdict': [
    after(progressing({ ...serving, weight: 40, replicas: 2, ready: 2 }), {
      ...{
        ...live,
        deployment: deployment('2.0', held(failed)),
        canary: canary('2.0', 2),
        route: route(40),
        checks: passes,
      },
    }),
    { phase: 'Promoting', effects: [] },
  ],
  'the last failed check marks the hold, then the route, and leaves the pods until they are drained': [
    after(progressing({ ...serving, failedChecks: 1 }), { ...live, checks: fails }),
    { phase: 'Finalising', effects: ['writeHold', 'setRoute'], facts: ['CheckFailed', 'ThresholdReached'] },
  ],
  'a promotion that stalled and is held again is lifted again': [
    after(state('Stalled', { release: release('2.0') }), { deployment: deployment('2.0', held()) }),
    { phase: 'Stalled', effects: ['liftHold'], facts: [] },
  ],
  'a roll-out is not stalled by the deadline of the one before': [
    after(
      { ...state('Promoting', { release: release('2.0') }), since: at(5) },
      {
        deployment: deployment('2.0', status({ ...counts(4, { updatedReplicas: 1 }), ...stuck(at(4)) })),
      },
    ),
    { phase: 'Promoting', facts: [] },
  ],
  'but by its own': [
    after(
      { ...state('Promoting', { release: release('2.0') }), since: at(5) },
      {
        deployment: deployment('2.0', status({ ...counts(4, { updatedReplicas: 1 }), ...stuck(at(9)) })),
      },
    ),
    { phase: 'Stalled', facts: ['RolloutStalled'] },
  ],
  'and by that only once the controller has seen the template': [
    after(
      { ...state('Promoting', { release: release('2.0') }), since: at(5) },
      {
        deployment: deployment('2.0', status({ ...counts(4, { observedGeneration: 0 }), ...stuck(at(9)) })),
      },
    ),
    { phase: 'Promoting', facts: [] },
  ],
  'a hold that cannot be read stops nothing and opens nothing': [
    after(state('Promoting', { release: release('2.0') }), {
      deployment: deployment('2.0', annotated({ 'headgate.dev/held': 'yes' })),
    }),
    { phase: 'Promoting', effects: [], facts: [] },
  ],
  'a verdict that somebody took from the hold is put back': [
    after(state('Failed', { release: release('2.0', { outcome: 'failed', message: 'failed 2 checks' }) }), {
      deployment: deployment('2.0', held()),
    }),
    { phase: 'Failed', effects: ['writeHold'], facts: [] },
  ],
  'a hold on a template that another webhook changed again is corrected, not lifted': [
    after(progressing({ weight: 0 }), {
      deployment: deployment('2.0', held({ revision: 'before' })),
      canary: canary('2.0', 1, status({ availableReplicas: 0 })),
    }),
    { phase: 'Progressing', effects: ['writeHold'] },
  ],
  'a promotion while not all pods are there does not settle down': [
    after(state('Promoting', { release: release('2.0') }), {
      deployment: deployment('2.0', status({ availableReplicas: 3 })),
    }),
    { phase: 'Promoting', effects: [], facts: [] },
  ],
  'a canary that is lost in mid-promotion gives its traffic to the Deployment': [
    after(state('Promoting', { release: release('2.0', { ...serving, weight: 40 }) }), {
      deployment: deployment('2.0', status({ updatedReplicas: 1 })),
      ...{ canary: canary('2.0', 1, status({ readyReplicas: 0, availableReplicas: 0 })), route: route(40) },
    }),
    { phase: 'Promoting', effects: ['setRoute'], facts: ['CanaryUnready'], release: { weight: 0 } },
  ],
  'a canary that is lost while traffic goes back gets none at once': [
    after(state('Finalising', { release: release('2.0', { ...serving, weight: 40, outcome: 'succeeded' }) }), {
      deployment: deployment('2.0', replicas(2)),
      ...{ canary: canary('2.0', 1, status({ readyReplicas: 0, availableReplicas: 0 })), route: route(40) },
    }),
    { phase: 'Finalising', effects: ['setRoute'], release: { weight: 0 } },
  ],
  'routes that do not agree are put right, and nobody counts as drained': [
    after(state('Finalising', { release: release('2.0', { outcome: 'failed', weightSince: at(0) }) }), {
      ...{ deployment: deployment('2.0', held(failed)), canary: canary('2.0', 1), route: route(undefined) },
    }),
    { phase: 'Finalising', effects: ['writeHold', 'setRoute'] },
  ],
  'a VirtualService that never leads to the Deployment fails the release and is left alone': [
    after(progressing({ weight: 0 }), {
      ...{ deployment: deployment('2.0', held()), canary: canary('2.0', 1) },
      route: { ...route(undefined), unusable: true },
    }),
    { phase: 'Finalising', facts: ['RouteUnusable'], effects: ['writeHold', 'scaleCanary'] },
  ],
  'promotion by command before there is a canary needs none': [
    after(progressing({ weight: 0 }), { deployment: deployment('2.0', held()), ...order('promote') }),
    { phase: 'Promoting', effects: ['liftHold'], facts: ['Promoting'] },
  ],
  'promotion by command where the roll-out stops the pods takes all traffic first': [
    after(progressing(), { ...live, deployment: deployment('2.0', held(), recreate), ...order('promote') }),
    { phase: 'Progressing', effects: ['scaleCanary'], facts: ['Advanced'], release: { weight: 100, replicas: 4 } },
  ],
  'a command for another revision is refused': [
    after(progressing(), { ...live, command: { id: 'c1', action: 'abort', revision: revision('1.0') } }),
    { phase: 'Progressing', facts: ['CommandRefused'] },
  ],
  'a command is carried out once': [
    after({ ...progressing(), command: { id: 'c1', accepted: true, message: '' } }, { ...live, ...order('abort') }),
    { phase: 'Progressing', facts: [] },
  ],
  'revert keeps the pause that its user had': [
    after(state('Waiting', { release: release('2.0') }), {
      deployment: deployment('2.0', held({ userPaused: true })),
      ...order('revert'),
    }),
    { phase: 'Promoting', effects: ['restoreTemplate'], facts: ['Withdrawn'] },
  ],
  'a retry that cannot start says why': [
    after(
      state('Failed', { release: release('2.0', { outcome: 'failed', reason: 'NoTraffic', message: 'had none' }) }),
      {
        deployment: deployment('2.0', replicas(0), held(failed)),
        ...order('retry'),
      },
    ),
    {
      phase: 'Waiting',
      effects: ['writeHold'],
      facts: ['NewRevision'],
      release: { reason: 'Waiting', outcome: undefined },
    },
  ],
  'a release withdrawn by its user needs no lift of a hold that is gone': [
    after(progressing(), { ...live, deployment: rolledOut('1.0') }),
    { phase: 'Promoting', effects: ['setRoute'], facts: ['Superseded', 'Withdrawn'], release: { path: 'withdrawn' } },
  ],
  'a promotion that is done remembers the way back': [
    after(state('Promoting', { release: release('2.0') }), { deployment: rolledOut('2.0') }),
    { phase: 'Finalising', release: { outcome: 'succeeded' } },
  ],
  'an idle Deployment with everything in place is left alone': [
    after(state('Initialized'), { replicaSets: [] }),
    { phase: 'Initialized', effects: [], facts: [] },
  ],
  'the first look makes the Services and the route': [
    after(undefined, { services: {}, route: undefined as never }),
    { phase: 'Initialized', effects: ['createService', 'createService', 'setRoute'], facts: ['Enrolled'] },
  ],
};
for (const [claim, [decision, wanted]] of Object.entries(table)) {
  const found = { phase: decision.state.phase, effects: effects(decision), facts: reasons(decision) };
  t.match({ ...found, release: decision.state.release }, wanted, claim);
  t.same(found.effects, wanted.effects ?? found.effects, `${claim}: no other effect`);
}

const leftover = { canary: canary('2.0', 2) };
t.equal(
  after({ ...state('Initialized'), since: at(9) }, leftover).wakeAt,
  START + 12_000,
  'a canary that no record tells of is looked at again',
);
t.same(
  effects(after({ ...state('Initialized'), since: at(9) }, leftover)),
  [],
  'its pods stay while traffic may reach them',
);
t.same(effects(after(state('Initialized'), leftover)), ['scaleCanary'], 'and go when it cannot');

const done = after(state('Promoting', { release: release('2.0') }), { deployment: rolledOut('2.0') }).state;
t.same(done.previous, { revision: revision('1.0'), replacedAt: at(10) }, 'the version before is the way back');
t.match(done.stable, { revision: revision('2.0'), available: true }, 'and the new one is what runs');
const back = state('Promoting', {
  release: release('1.0', { path: 'wayBack' }),
  stable: stable('2.0'),
  previous: done.previous!,
});
t.equal(
  after(back, { deployment: rolledOut('1.0') }).state.previous,
  undefined,
  'after a way back there is no way back',
);

const reverting = after(state('Waiting', { release: release('2.0') }), {
  deployment: deployment('2.0', held({ userPaused: true })),
  ...order('revert'),
});
t.match(reverting.effects[0], { keepPaused: true }, 'the restored Deployment stays paused');

t.equal(
  after(progressing({ ...serving, checkAt: at(9) }), { ...live, route: route(0) }).wakeAt,
  undefined,
  'what is due and was seen sets no wake',
);
