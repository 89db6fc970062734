import t from 'tap';
import type { Observation } from '../../../src/rollout/machine/observation.ts';
import {
  doubtfulReads,
  dueChecks,
  isNewRevision,
  needsEndpoints,
  needsPods,
  needsReplicaSets,
} from '../../../src/rollout/machine/observation-needs.ts';
import type { RolloutState } from '../../../src/rollout/machine/state.ts';
import { withPins } from '../../../src/rollout/pins/pins.ts';
import type { Metric } from '../../../src/rollout/spec/spec-types.ts';
import { readHold } from '../../../src/rollout/workload/hold.ts';
import {
  at,
  canary,
  deployment,
  held,
  metric,
  observation,
  release,
  revision,
  START,
  spec,
  state,
  status,
} from '../../build.ts';

const waiting = release('2.0', { weight: 20, weightSince: at(0), checkAt: at(10) });
const due: Record<string, [RolloutState | undefined, seconds: number, windows: number[] | undefined]> = {
  'not before the time': [state('Progressing', { release: waiting }), 9, undefined],
  'at the time, over what the canary had its weight': [state('Progressing', { release: waiting }), 10, [10_000]],
  "at most over the metric's own window": [state('Progressing', { release: waiting }), 300, [60_000]],
  'not while paused': [state('Paused', { release: waiting }), 10, undefined],
  'not before the weight is live': [
    state('Progressing', { release: release('2.0', { weight: 20, checkAt: at(10) }) }),
    20,
    undefined,
  ],
  'not without a release': [state('Initialized'), 10, undefined],
  'not without a state': [undefined, 10, undefined],
};
for (const [claim, [given, seconds, windows]] of Object.entries(due)) {
  const wanted = dueChecks(spec(), given, { now: START + seconds * 1_000, scrapeMs: 1_000 });
  t.same(
    wanted?.map(({ windowMs }) => windowMs),
    windows,
    `checks: ${claim}`,
  );
}
const [check] =
  dueChecks(spec(), state('Progressing', { release: waiting }), { now: START + 10_000, scrapeMs: 1_000 }) ?? [];
t.equal(check?.weight, 20, 'a check knows the weight that it is made at');
const none = spec(({ analysis }) => Object.assign(analysis, { metrics: [] }));
t.same(
  dueChecks(none, state('Progressing', { release: waiting }), { now: START + 10_000, scrapeMs: 1_000 }),
  [],
  'a plan without metrics has no question, and an answer',
);

const promoted = release('2.0', { weight: 20, weightSince: at(0), checkAt: at(10), promotedAt: at(5) });
const sources: Metric['source'][] = [{ builtin: 'request-duration' }, { query: 'up' }, metric.source];
const measures = spec(({ analysis }) =>
  Object.assign(analysis, { metrics: sources.map((source) => ({ ...metric, source })) }),
);
const inPromotion = (changes: object, phase: 'Promoting' | 'Stalled' = 'Promoting') =>
  dueChecks(measures, state(phase, { release: { ...promoted, ...changes } }), { now: START + 15_000, scrapeMs: 1_000 });
t.same(
  inPromotion({})?.map(({ rolloutMs }) => rolloutMs),
  [undefined, undefined, undefined, 10_000],
  'a promotion has the checks of its canary, and one of the pods that take its place',
);
t.equal(inPromotion({}, 'Stalled')?.length, 4, 'also while it is stalled');
t.equal(inPromotion({ weight: 0 })?.length, 1, 'a canary without traffic has none');
t.equal(inPromotion({ checkAt: undefined }), undefined, 'nor has a promotion by command');

t.ok(needsReplicaSets(true, undefined), 'ReplicaSets are read under a hold');
t.ok(needsReplicaSets(false, state('Promoting')), 'and while a release is under way');
t.notOk(needsReplicaSets(false, state('Succeeded')), 'never for an idle Deployment');

const reached: Record<string, [RolloutState | undefined, boolean]> = {
  'while a canary gets ready or is analysed': [state('Progressing', { release: release('2.0') }), true],
  'while it is paused, as its weight may have to be put back': [state('Paused', { release: release('2.0') }), true],
  'while it serves beside a roll-out': [state('Promoting', { release: release('2.0') }), true],
  'not once its traffic goes back': [state('Finalising', { release: release('2.0') }), false],
  'not for a roll-out without a canary': [state('Promoting', { release: release('2.0', { path: 'wayBack' }) }), false],
  'never for an idle Deployment': [state('Succeeded', { release: release('2.0') }), false],
  'not on the first look': [undefined, false],
};
for (const [claim, [given, wanted]] of Object.entries(reached))
  t.equal(needsEndpoints(given), wanted, `endpoints: ${claim}`);

const heldOn = (tag: string): Partial<Observation> => ({ deployment: deployment(tag, held()) });
const serving = release('2.0', { weight: 20, weightSince: at(0), ready: 1 });
const live = { canary: canary('2.0', 1), route: { weight: 20, version: '1', stale: false } };
const doubtful: Record<string, [RolloutState | undefined, Partial<Observation>, string[]]> = {
  'nothing where all is as committed': [state('Progressing', { release: serving }), { ...heldOn('2.0'), ...live }, []],
  'nothing without a release': [state('Initialized'), heldOn('2.0'), []],
  'nothing on the first look': [undefined, heldOn('2.0'), []],
  'a hold that is gone in mid-analysis': [state('Progressing', { release: serving }), live, ['deployment']],
  'another revision in mid-analysis': [
    state('Progressing', { release: serving }),
    { ...heldOn('3.0'), ...live },
    ['deployment'],
  ],
  'a canary that lost readiness': [
    state('Paused', { release: serving }),
    { ...heldOn('2.0'), ...live, canary: canary('2.0', 1, status({ readyReplicas: 0 })) },
    ['canary'],
  ],
  'a canary that is gone': [
    state('Progressing', { release: serving }),
    { ...heldOn('2.0'), route: live.route },
    ['canary'],
  ],
  'a canary of another revision': [
    state('Progressing', { release: serving }),
    { ...heldOn('2.0'), ...live, canary: canary('1.0', 1) },
    ['canary'],
  ],
  'a route that moved': [
    state('Progressing', { release: serving }),
    { ...heldOn('2.0'), ...live, route: { weight: 0, version: '1', stale: false } },
    ['route'],
  ],
  'a promotion of another template': [
    state('Promoting', { release: release('2.0') }),
    { deployment: deployment('1.0') },
    ['deployment'],
  ],
  'a promoted revision that is held while its release ends': [
    state('Finalising', { release: release('2.0', { outcome: 'succeeded' }) }),
    heldOn('2.0'),
    ['deployment'],
  ],
  'a failed revision that is not held': [
    state('Failed', { release: release('2.0', { outcome: 'failed' }) }),
    { deployment: deployment('2.0') },
    ['deployment'],
  ],
  'a succeeded revision that is held again': [
    state('Succeeded', { release: release('2.0') }),
    heldOn('2.0'),
    ['deployment'],
  ],
  'not a new revision after a release': [state('Succeeded', { release: release('2.0') }), heldOn('3.0'), []],
};
for (const [claim, [given, seen, wanted]] of Object.entries(doubtful)) {
  t.same(doubtfulReads(given, observation(seen)), wanted, `doubt: ${claim}`);
}
const missing = (pods: number, ready: number): Partial<Observation> => ({
  canary: canary('2.0', pods, status({ readyReplicas: ready })),
});
const several = release('2.0', { weight: 20, replicas: 3, ready: 3 });
const pinnedCanary = canary('2.0', 3, status({ readyReplicas: 3, availableReplicas: 3 }), ({ spec }) => {
  spec.template = withPins(spec.template, 'configmap/app=app-1');
});
/** A canary with pins whose Service lists these of its pods. */
const pinned = (...numbers: number[]): Partial<Observation> => {
  const { replicaSets = [] } = observation({ canary: pinnedCanary, replicaSets: [] });
  const [name] = replicaSets.map(({ metadata }) => metadata.name);
  return { canary: pinnedCanary, replicaSets, endpoints: numbers.map((number) => `${name}-${number}`) };
};
const READ = new Set(pinned(0, 1, 2).endpoints);
const first = state('Progressing', { release: release('2.0', { replicas: 3 }) });
const atItsWeight = state('Progressing', { release: several });
const pods: Record<string, [RolloutState | undefined, Partial<Observation>, boolean]> = {
  'while one of three is missing': [state('Progressing', { release: several }), missing(3, 2), true],
  'while the release is paused too': [state('Paused', { release: several }), missing(3, 2), true],
  'while it is promoted too': [state('Promoting', { release: several }), missing(3, 2), true],
  'not while all are there': [state('Progressing', { release: several }), missing(3, 3), false],
  'not where too many are missing for it to matter': [state('Progressing', { release: several }), missing(3, 1), false],
  'not once traffic goes back': [state('Finalising', { release: several }), missing(3, 2), false],
  'not for a roll-out without a canary': [
    state('Promoting', { release: { ...several, path: 'wayBack' } }),
    missing(3, 2),
    false,
  ],
  'not on the first look': [undefined, missing(3, 2), false],
  'before the first traffic, where they are pinned': [first, pinned(3, 4, 5), true],
  'not while some are waited for that get it': [first, pinned(3, 4), false],
  'not again once they were read': [first, pinned(0, 1, 2), false],
  'once there are more of those': [atItsWeight, pinned(0, 1, 2, 3), true],
  'once one has taken the place of another, though as many are ready as before': [atItsWeight, pinned(0, 1, 3), true],
  'not while they are the same': [atItsWeight, pinned(0, 1, 2), false],
  'in mid-promotion too, while it serves': [state('Promoting', { release: several }), pinned(0, 1, 3), true],
  'not once it serves no more': [state('Promoting', { release: { ...several, weight: 0 } }), pinned(0, 1, 3), false],
  'not for pods of others that the Service lists': [atItsWeight, { ...pinned(), endpoints: ['other-set-a'] }, false],
};
for (const [claim, [given, seen, wanted]] of Object.entries(pods))
  t.equal(needsPods(given, observation(seen), { spec: spec(), now: START, pinned: READ }), wanted, `pods: ${claim}`);

const begun = state('Progressing', { release: release('2.0') });
const policies: Record<string, [boolean, string, RolloutState | undefined, boolean]> = {
  'when a new revision is held': [true, revision('3.0'), begun, true],
  'when one is held at the first look': [true, revision('2.0'), undefined, true],
  'not once its release has begun': [true, revision('2.0'), begun, false],
  'not where nothing is held': [false, revision('3.0'), begun, false],
};
for (const [claim, [isHeld, held, given, wanted]] of Object.entries(policies))
  t.equal(isNewRevision(isHeld, held, given), wanted, `policies: ${claim}`);

t.equal(readHold(deployment('2.0', held())).state, 'held', 'the builder holds');
