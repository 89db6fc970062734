import t from 'tap';
import { ROLE } from '../../../src/rollout/keys.ts';
import type { DestinationRule } from '../../../src/rollout/kube.ts';
import type { Effect } from '../../../src/rollout/machine/effects.ts';
import type { Observation } from '../../../src/rollout/machine/observation.ts';
import { type Change, canary, deployment, held, release, rule, spec, state } from '../../build.ts';
import { after, effects, expect, live, progressing, route } from './decided.ts';

const POLICY = { outlierDetection: { consecutive5xxErrors: 5 } };
const given = spec(({ service }) => {
  service.trafficPolicy = POLICY;
});
const own = (host: string): DestinationRule =>
  rule(host, ({ metadata }) => {
    metadata.labels = { [ROLE]: 'destination-rule' };
    metadata.resourceVersion = '7';
  });
const another: Change<DestinationRule> = (object) => {
  object.spec.trafficPolicy = { connectionPool: { tcp: { maxConnections: 9 } } };
};
const none: Observation['rules'] = { own: {}, users: {} };
const both = { stable: own('podinfo'), canary: own('podinfo-canary') };

const idle = (rules: Partial<Observation['rules']>, wanted = spec()): Effect[] =>
  after(state('Initialized'), { rules: { ...none, ...rules } }, wanted).effects;
const made = (found: Effect[]) =>
  found.map((effect) =>
    effect.do === 'setRule' || effect.do === 'deleteRule' ? [effect.do, effect.rule.spec] : effect,
  );

const cases: Record<string, [effects: Effect[], wanted: unknown[]]> = {
  'without a policy there are no rules': [idle({}), []],
  'a policy makes a rule for each host': [
    idle({}, given),
    [
      ['setRule', { host: 'podinfo', trafficPolicy: POLICY }],
      ['setRule', { host: 'podinfo-canary', trafficPolicy: POLICY }],
    ],
  ],
  'rules that are as wanted are left alone': [idle({ own: both }, given), []],
  'one that was edited is put right': [
    idle({ own: { ...both, canary: rule('podinfo-canary', another) } }, given),
    [['setRule', { host: 'podinfo-canary', trafficPolicy: POLICY }]],
  ],
  'they go with the policy': [
    idle({ own: both }),
    [
      ['deleteRule', both.stable.spec],
      ['deleteRule', both.canary.spec],
    ],
  ],
  "a user's rule is copied for the canary's host": [
    idle({ users: { stable: rule('podinfo') } }),
    [['setRule', { host: 'podinfo-canary', trafficPolicy: POLICY }]],
  ],
  'with who it holds for, and without its subsets': [
    idle({
      users: {
        stable: rule('podinfo.prod.svc.cluster.local', (object) => {
          Object.assign(object.spec, { exportTo: ['.'], subsets: [{ name: 'a', labels: { a: 'b' } }] });
        }),
      },
    }),
    [['setRule', { host: 'podinfo-canary', trafficPolicy: POLICY, exportTo: ['.'] }]],
  ],
  'one that only has subsets says nothing of the canary': [
    idle({ users: { stable: rule('podinfo', (object) => delete object.spec.trafficPolicy) } }),
    [],
  ],
  "a user's rule counts before the policy of the settings": [
    idle({ users: { stable: rule('podinfo', another) } }, given),
    [['setRule', { host: 'podinfo-canary', trafficPolicy: { connectionPool: { tcp: { maxConnections: 9 } } } }]],
  ],
  "a user's rule takes the place of one of Headgate's": [
    idle({ own: both, users: { stable: rule('podinfo', ({ metadata }) => (metadata.name = 'mine')) } }, given),
    [['deleteRule', both.stable.spec]],
  ],
  "a user's rule for the canary's host is left to them": [
    idle({ users: { canary: rule('podinfo-canary') } }, given),
    [['setRule', { host: 'podinfo', trafficPolicy: POLICY }]],
  ],
};

for (const [claim, [found, wanted]] of Object.entries(cases)) t.same(made(found), wanted, claim);

t.match(
  idle({}, given),
  [
    { rule: { metadata: { name: 'podinfo', labels: { [ROLE]: 'destination-rule' } } } },
    { rule: { metadata: { name: 'podinfo-canary', ownerReferences: [{ uid: 'uid-podinfo' }] } } },
  ],
  'they are labelled and owned',
);
const edited = { ...own('podinfo-canary'), spec: rule('podinfo-canary', another).spec };
t.match(
  idle({ own: { ...both, canary: edited } }, given),
  [{ resourceVersion: '7' }],
  'one that is put right is written as it was seen',
);

const ready = { deployment: deployment('2.0', held()), canary: canary('2.0', 1), route: route(0) };
const rising = progressing({ weight: 20, ready: 1 });
expect({
  'the canary gets no traffic before its host has its rule': [
    after(rising, { ...ready, rules: none }, given),
    { phase: 'Progressing', effects: ['setRule', 'setRule'] },
  ],
  'and then it does': [
    after(rising, { ...ready, rules: { ...none, own: both } }, given),
    { phase: 'Progressing', effects: ['setRoute'] },
  ],
  'traffic goes back without waiting for a rule': [
    after(state('Finalising', { release: release('2.0', { outcome: 'failed' }) }), { ...live, rules: none }, given),
    { phase: 'Finalising' },
  ],
  'a rule that the API server refuses fails the release': [
    after(rising, { ...ready, rules: none, refused: 'POST …: 422 Invalid: no such mode' }, given),
    { phase: 'Finalising', facts: ['CanaryRefused'], release: { outcome: 'failed' } },
  ],
});
t.ok(
  effects(
    after(state('Finalising', { release: release('2.0', { outcome: 'failed' }) }), { ...live, rules: none }, given),
  ).includes('setRoute'),
  'traffic goes back without waiting for a rule',
);
