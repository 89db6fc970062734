import t from 'tap';
import {
  annotated,
  at,
  canary,
  counts,
  deployment,
  held,
  NAME,
  release,
  replicaSet,
  replicas,
  revision,
  START,
  service,
  spec,
  stable,
  state,
  status,
} from '../../build.ts';
import { after, effects, expect, failed, live, progressing, route, serving } from './decided.ts';

const fails = [{ metric: 'm', verdict: 'fail' as const, message: 'm 1 < 2' }];
const passes = [{ metric: 'm', verdict: 'pass' as const, message: 'm 2' }];

const stuck = (updatedAt: string) => ({
  conditions: [
    { type: 'Progressing', status: 'False' as const, reason: 'ProgressDeadlineExceeded', lastUpdateTime: updatedAt },
  ],
});

const OBSTACLE = { reason: 'PortNotExposed', message: 'port 80 is not there' } as const;
const arriving = { deployment: deployment('2.0', held()), replicaSets: [replicaSet(deployment('2.0'), '1.0', 4)] };
const waitingFor = (message: string) =>
  state('Waiting', {
    release: release('2.0', { reason: 'PortNotExposed', message: `its canary could be given no traffic: ${message}` }),
  });
const portless = spec(({ service: fields }) => delete fields.port);
const hosted = spec(({ service: fields }) => fields.hosts.push('app.example.com'));
const ported = service(NAME, ({ spec: fields }) => fields.ports?.push({ name: 'grpc', port: 9999 }));

expect({
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
  'a failed release does not end before its hold says so': [
    after(state('Finalising', { release: release('2.0', { outcome: 'failed', weightSince: at(0) }) }), {
      ...{ deployment: deployment('2.0', held()), canary: canary('2.0', 0) },
    }),
    { phase: 'Finalising', effects: ['writeHold'], facts: [] },
  ],
  'and ends when it does': [
    after(state('Finalising', { release: release('2.0', { outcome: 'failed', message: 'failed 2 checks' }) }), {
      ...{ deployment: deployment('2.0', held(failed)), canary: canary('2.0', 0) },
    }),
    { phase: 'Failed', effects: [], facts: ['RolledBack'] },
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
  'what keeps a weight from arriving fails a release that is under way': [
    after(progressing({ weight: 20, weightSince: at(0), ready: 1 }), { ...live, obstacle: OBSTACLE }),
    { phase: 'Finalising', facts: ['PortNotExposed'], effects: ['writeHold', 'setRoute'] },
  ],
  'a revision that could be given no traffic waits, and nothing is made for it': [
    after(state('Initialized'), { ...arriving, canaryService: undefined as never, obstacle: OBSTACLE }),
    { phase: 'Waiting', facts: ['NewRevision', 'PortNotExposed'], effects: [], release: { reason: 'PortNotExposed' } },
  ],
  'it waits without another word': [
    after(waitingFor(OBSTACLE.message), { ...arriving, canaryService: undefined as never, obstacle: OBSTACLE }),
    { phase: 'Waiting', facts: [], effects: [] },
  ],
  'what is wrong next is told': [
    after(waitingFor('another'), { ...arriving, canaryService: undefined as never, obstacle: OBSTACLE }),
    { phase: 'Waiting', facts: ['PortNotExposed'], effects: [] },
  ],
  'it starts when nothing is wrong any more': [
    after(waitingFor(OBSTACLE.message), { ...arriving, canaryService: undefined as never }),
    { phase: 'Progressing', facts: [], effects: ['createService', 'createCanary'] },
  ],
  'without a Service and a port nobody knows what to make': [
    after(state('Initialized'), { ...arriving, service: { is: 'absent' } }, portless),
    { phase: 'Waiting', facts: ['NewRevision', 'ServiceNotFound'] },
  ],
  'without a Service one is made first': [
    after(progressing({ weight: 0 }), { ...arriving, service: { is: 'absent' }, canaryService: undefined as never }),
    { phase: 'Progressing', effects: ['createService', 'createCanary'] },
  ],
  'the canary’s Service follows the ports of the stable one before the next weight': [
    after(progressing({ weight: 20, ready: 1 }), {
      ...live,
      route: route(0),
      service: { is: 'found', service: ported },
    }),
    { phase: 'Progressing', effects: ['replaceService'] },
  ],
  'a release withdrawn by its user needs no lift of a hold that is gone': [
    after(progressing(), { ...live, deployment: deployment('1.0') }),
    { phase: 'Promoting', effects: ['setRoute'], facts: ['Superseded', 'Withdrawn'], release: { path: 'withdrawn' } },
  ],
  'a promotion that is done remembers the way back': [
    after(state('Promoting', { release: release('2.0') }), { deployment: deployment('2.0') }),
    { phase: 'Finalising', release: { outcome: 'succeeded' } },
  ],
  'an idle Deployment with everything in place is left alone': [
    after(state('Initialized'), { replicaSets: [] }),
    { phase: 'Initialized', effects: [], facts: [] },
  ],
  'the first look makes nothing': [
    after(undefined, { service: { is: 'absent' }, canaryService: undefined as never, route: undefined as never }),
    { phase: 'Initialized', effects: [], facts: ['Enrolled'] },
  ],
  'who wants a host has a Service and a route at once': [
    after(
      undefined,
      { service: { is: 'absent' }, canaryService: undefined as never, route: undefined as never },
      hosted,
    ),
    { phase: 'Initialized', effects: ['createService'], facts: ['Enrolled'] },
  ],
  'the route once its Service is there': [
    after(state('Initialized'), { canaryService: undefined as never, route: undefined as never }, hosted),
    { phase: 'Initialized', effects: ['setRoute'] },
  ],
});

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

const done = after(state('Promoting', { release: release('2.0') }), { deployment: deployment('2.0') }).state;
t.same(done.previous, { revision: revision('1.0'), replacedAt: at(10) }, 'the version before is the way back');
t.match(done.stable, { revision: revision('2.0'), available: true }, 'and the new one is what runs');
const back = state('Promoting', {
  release: release('1.0', { path: 'wayBack' }),
  stable: stable('2.0'),
  previous: done.previous!,
});
t.equal(
  after(back, { deployment: deployment('1.0') }).state.previous,
  undefined,
  'after a way back there is no way back',
);

t.equal(
  after(progressing({ ...serving, checkAt: at(9) }), { ...live, route: route(0) }).wakeAt,
  undefined,
  'what is due and was seen sets no wake',
);
