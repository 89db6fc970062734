import t from 'tap';
import { PHASES, type Phase, type RolloutState } from '../../../src/rollout/machine/state.ts';
import { type CanaryStatus, refusedStatus, stateOf, statusOf } from '../../../src/rollout/machine/status.ts';
import { at, release, revision, spec, stable, state } from '../../build.ts';

const view = (given: RolloutState, more: Partial<Parameters<typeof statusOf>[0]> = {}): CanaryStatus =>
  statusOf({
    ...{ state: given, spec: spec(), route: { weight: 0, version: '1', stale: false } },
    ...{ stopsPodsFirst: false, generation: 3, before: undefined },
    ...more,
  });

const trueOf = ({ conditions }: CanaryStatus): string[] =>
  conditions.filter(({ status }) => status === 'True').map(({ type }) => type);

const verdicts: Record<Phase, string> = {
  Initialized: 'Ready',
  Waiting: 'Reconciling',
  Progressing: 'Reconciling',
  Paused: 'Reconciling',
  Promoting: 'Reconciling',
  Stalled: 'Stalled',
  Finalising: 'Reconciling',
  Succeeded: 'Ready',
  Failed: 'Stalled',
};
for (const phase of PHASES) {
  const found = view(state(phase, { release: release('2.0') }));
  t.same(trueOf(found), [verdicts[phase], 'Enrolled'], `kstatus: ${phase} is ${verdicts[phase]}, and no other verdict`);
  t.same(
    stateOf(JSON.parse(JSON.stringify(found))),
    state(phase, { release: release('2.0') }),
    `${phase} is remembered`,
  );
}

const unknown = [{ source: 'routes' as const, why: 'the scheduler may not read it' }];
const lastSeen = view(state('Progressing'), { route: { weight: 20, version: '1', stale: false } });
const unseen = view(state('Progressing'), { route: undefined, before: lastSeen, unknown });
t.match(unseen, { canaryWeight: 20, step: '1/2' }, 'routes that cannot be read have what they were last seen with');
t.match(unseen.conditions.at(-1), { type: 'ObservationIncomplete', status: 'True', reason: 'SourceUnknown' });
t.match(unseen.conditions.at(-1)?.message, 'the routes (the scheduler may not read it)', 'what, and why');
t.match(
  view(state('Progressing'), { route: undefined, before: lastSeen }),
  { canaryWeight: 0 },
  'one that is gone has none',
);

t.same(
  trueOf(view(state('Succeeded'), { invalid: 'headgate.dev/interval: …' })),
  ['Stalled', 'Enrolled'],
  'a wrong spec is Stalled',
);
t.match(
  view(state('Succeeded'), { invalid: 'headgate.dev/interval: …' }).conditions[0],
  { reason: 'InvalidSpec', message: 'headgate.dev/interval: …', observedGeneration: 3 },
  'and says what is wrong',
);
t.match(
  view(state('Failed', { release: release('2.0', { reason: 'NoTraffic', message: 'had no answer' }) })).conditions[0],
  { reason: 'NoTraffic', message: 'had no answer' },
  'a release that has a reason gives it',
);
for (const [weight, message] of [
  [0, /gets ready/],
  [20, /is analysed/],
] as const) {
  const found = view(state('Progressing', { release: release('2.0', { weight }) }));
  t.match(found.conditions[0], { message }, `a canary at ${weight} %`);
}
t.match(view(state('Promoting')).conditions[0], { reason: 'Promoting' }, 'another is where its phase is');

const gap = view(state('Progressing', { release: release('2.0', { policyGap: 'These select by app' }) }));
t.match(gap.conditions.at(-1), { type: 'PolicyGap', status: 'True', message: 'These select by app' }, 'a gap is said');
t.same(trueOf(gap), ['Reconciling', 'Enrolled', 'PolicyGap'], 'and changes no verdict');

const before = view(state('Progressing'));
const later = view({ ...state('Promoting'), since: at(60) }, { before });
t.same(
  later.conditions.map(({ lastTransitionTime }) => lastTransitionTime),
  [at(0), at(0), at(0), at(0)],
  'a condition that stays keeps its time',
);
const done = view({ ...state('Succeeded'), since: at(90) }, { before: later });
t.same(
  done.conditions.map(({ lastTransitionTime }) => lastTransitionTime),
  [at(90), at(90), at(0), at(0)],
  'one that changes gets the time of the phase',
);

const seen = (weight: number | undefined) => ({ weight, version: '1', stale: false });
const steps: Record<string, [CanaryStatus, step: string]> = {
  'none before the first weight': [view(state('Progressing', { release: release('2.0') })), '0/2'],
  'as many as the route has been seen at': [view(state('Progressing'), { route: seen(20) }), '1/2'],
  'all at the last weight': [view(state('Promoting'), { route: seen(40) }), '2/2'],
  'all while traffic goes back after a promotion': [
    view(state('Finalising', { release: release('2.0', { outcome: 'succeeded' }) })),
    '2/2',
  ],
  'none of a failed release': [view(state('Failed', { release: release('2.0', { outcome: 'failed' }) })), '0/2'],
  'none of a withdrawn one': [
    view(state('Initialized', { release: release('1.0', { path: 'withdrawn', outcome: 'succeeded' }) })),
    '0/2',
  ],
  'of three where the roll-out stops the pods first': [
    view(state('Progressing'), { stopsPodsFirst: true, route: seen(20) }),
    '1/3',
  ],
  'none without a route': [view(state('Initialized'), { route: undefined }), '0/2'],
  'none where the routes do not agree': [view(state('Progressing'), { route: seen(undefined) }), '0/2'],
};
for (const [claim, [{ step }, wanted]] of Object.entries(steps)) t.equal(step, wanted, `steps: ${claim}`);

t.equal(view(state('Initialized')).revision, revision('1.0'), 'without a release the revision is the running one');
t.equal(view(state('Failed', { release: release('2.0') })).revision, revision('2.0'), 'else the one under release');
t.equal(
  view(state('Progressing', { release: release('2.0', { failedChecks: 1 }) })).failedChecks,
  1,
  'failed checks are shown',
);

const obstacle = { reason: 'PortAmbiguous', message: 'say which' } as const;
t.match(
  view(state('Initialized'), { unrouted: obstacle }).conditions.at(-1),
  { type: 'RouteMissing', status: 'True', ...obstacle },
  'why a route that is wanted is not there',
);
t.notOk(
  view(state('Initialized')).conditions.some(({ type }) => type === 'RouteMissing'),
  'nothing is said of one that is',
);

t.match(
  view(state('Progressing'), { undivided: 'tls[0] leads there' }).conditions.at(-1),
  { type: 'RulesUndivided', status: 'True', reason: 'NotHTTP', message: 'tls[0] leads there' },
  'what of the routes gets no weights',
);

const foreign: Record<string, Partial<CanaryStatus> | undefined> = {
  'no status': undefined,
  'an empty one': {},
  "a phase that is not Headgate's": { phase: 'Running' as Phase },
};
for (const [claim, status] of Object.entries(foreign)) t.equal(stateOf(status), undefined, `${claim} is no memory`);
t.same(
  Object.keys(view(state('Initialized', { stable: stable() }))).includes('release'),
  false,
  'what is not known is not written',
);

void t.test('a Canary that is not followed says why, and forgets nothing', async (t) => {
  const before = view(state('Succeeded', { release: release('2.0') }));
  const words = { reason: 'TargetTaken', message: 'its Deployment is released by another' };
  const refused = refusedStatus({ before, generation: 4, ...words, at: at(90) });
  t.same(trueOf(refused as CanaryStatus), ['Stalled']);
  t.match(refused, { phase: 'Succeeded', observedGeneration: 4, release: before.release });
  t.match(
    refused.conditions?.find(({ type }) => type === 'Enrolled'),
    { status: 'False', ...words, lastTransitionTime: at(90) },
  );
  t.same(refusedStatus({ before: refused, generation: 4, ...words, at: at(99) }), refused, 'told again it is the same');
});
