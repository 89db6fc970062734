import t from 'tap';
import type { LabelSelector } from '../../../src/rollout/kube.ts';
import { policyFindings, policyGaps } from '../../../src/rollout/machine/troubles/policy-gap.ts';
import type { Policy, PolicyUse } from '../../../src/rollout/workload/policies.ts';
import { deployment, held, LABEL, observation, SELF, START, spec, state } from '../../build.ts';

const PODS = {
  stable: { app: 'podinfo', tier: 'web' },
  canary: { app: 'podinfo-canary', tier: 'web' },
};

const policy = (selector: LabelSelector, name = 'one', kind = 'NetworkPolicy', use: PolicyUse = 'holds'): Policy => ({
  ...{ kind, name, use, selector },
});
const app = (...values: string[]): LabelSelector => ({ matchExpressions: [{ key: 'app', operator: 'In', values }] });
const by = (key: string, operator: string, values?: string[]): LabelSelector => ({
  matchExpressions: [{ key, operator, ...(values && { values }) }],
});

/** Names of the objects that are gaps. */
const table: Record<string, [Policy[], string[]]> = {
  'no policies': [[], []],
  'the label with the suffix': [[policy({ matchLabels: { app: 'podinfo' } })], ['one']],
  'that label among others': [[policy({ matchLabels: { app: 'podinfo', tier: 'web' } })], ['one']],
  'an expression of one value': [[policy(app('podinfo'))], ['one']],
  'an expression of several values, the canary’s not among them': [[policy(app('podinfo', 'cache'))], ['one']],
  'not an expression that has both': [[policy(app('podinfo', 'podinfo-canary'))], []],
  'not a label that both have': [[policy({ matchLabels: { tier: 'web' } })], []],
  'not an empty selector, which selects all': [[policy({})], []],
  'nor empty parts of one': [[policy({ matchLabels: {}, matchExpressions: [] })], []],
  'not one of other pods': [[policy({ matchLabels: { app: 'cache' } })], []],
  'not one that the stable pods meet only in part': [[policy({ matchLabels: { app: 'podinfo', tier: 'db' } })], []],
  'not one of the canary’s pods alone': [[policy({ matchLabels: { app: 'podinfo-canary' } })], []],
  'not any value of the label': [[policy(by('app', 'Exists'))], []],
  'not one that wants the label away': [[policy(by('app', 'DoesNotExist'))], []],
  'not one that excludes others': [[policy(by('app', 'NotIn', ['cache']))], []],
  'one that excludes the canary': [[policy(by('app', 'NotIn', ['podinfo-canary']))], ['one']],
  'expressions that all hold': [
    [policy({ matchExpressions: [...(app('podinfo').matchExpressions ?? []), { key: 'tier', operator: 'Exists' }] })],
    ['one'],
  ],
  'an operator that nobody knows selects nothing': [[policy(by('app', 'Like', ['podinfo']))], []],
  'every object by itself': [
    [policy(app('podinfo')), policy(app('podinfo'), 'two'), policy({}, 'three')],
    ['one', 'two'],
  ],
  'an object with several selectors once': [
    [policy(app('podinfo'), 'db', 'NetworkPolicy', 'names'), policy(app('podinfo'), 'db', 'NetworkPolicy', 'names')],
    ['db'],
  ],
  'not where an object of the kind holds for the canary alone': [
    [policy(app('podinfo')), policy(app('podinfo-canary'), 'two')],
    [],
  ],
  'still where that is of another kind': [
    [policy(app('podinfo')), policy(app('podinfo-canary'), 'two', 'PodMonitor')],
    ['one'],
  ],
  'still where one of the kind holds for both': [
    [policy(app('podinfo')), policy(app('podinfo', 'podinfo-canary'), 'two')],
    ['one'],
  ],
  'not where the rules of the object name the canary too': [
    [
      policy(app('podinfo'), 'db', 'NetworkPolicy', 'names'),
      policy(app('podinfo-canary'), 'db', 'NetworkPolicy', 'names'),
    ],
    [],
  ],
  'still where the rules of another object name it': [
    [
      policy(app('podinfo'), 'db', 'NetworkPolicy', 'names'),
      policy(app('podinfo-canary'), 'two', 'NetworkPolicy', 'names'),
    ],
    ['db'],
  ],
};

for (const [claim, [policies, names]] of Object.entries(table)) {
  t.same(
    policyGaps(PODS, policies).map(({ name }) => name),
    names,
    `a gap: ${claim}`,
  );
}

/** What a release remembers. */
const found = (policies: Policy[] | undefined, unread: string[] = []) =>
  policyFindings({
    ...{
      spec: spec(),
      state: state('Initialized'),
      now: START,
      settleMs: 3_000,
      scrapeMs: 1_000,
      label: LABEL,
      ...SELF,
    },
    seen: observation({
      deployment: deployment('2.0', held()),
      ...(policies && { policies: { found: policies, unread } }),
    }),
  });

const budget = (selector: LabelSelector) => policy(selector, 'podinfo', 'PodDisruptionBudget');

t.same(found(undefined), {}, 'nothing, where nothing was read');
t.same(found([]), { needsBudget: true }, 'a canary without a budget needs one');
t.same(found([budget(app('podinfo', 'podinfo-canary'))]), {}, 'one with a budget of its user needs none');
t.same(found([budget({})]), {}, 'nor one that a budget of all pods is for');
t.same(found([], ['PodDisruptionBudget']), {}, 'nor one of which that is not known');
t.same(
  found([budget(app('podinfo')), policy(app('podinfo'), 'db', 'NetworkPolicy', 'names')]),
  {
    needsBudget: true,
    policyGap:
      "These select by app: podinfo and leave out the canary's pods, which have app: podinfo-canary: PodDisruptionBudget podinfo, NetworkPolicy db (in its rules). Select by a label that both have, or, where expressions are taken, by {key: app, operator: In, values: [podinfo, podinfo-canary]}",
  },
  'gaps with what to write',
);
const many = Array.from({ length: 12 }, (_, index) => policy(app('podinfo'), `p${index}`));
t.match(found(many).policyGap, /NetworkPolicy p9 and 2 more\./, 'many are counted');
