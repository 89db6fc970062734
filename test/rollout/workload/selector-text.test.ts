import t from 'tap';
import type { LabelSelector } from '../../../src/rollout/kube.ts';
import { selectorOf } from '../../../src/rollout/workload/selector-text.ts';
import { deployment } from '../../cli/tree/build.ts';

const selecting = (selector: LabelSelector) => {
  const made = deployment('podinfo', '1.4.0');
  return { ...made, spec: { ...made.spec, selector } };
};

const selectors: Record<string, [selectors: LabelSelector[], wanted: string | undefined]> = {
  'no Deployment': [[], undefined],
  'one Deployment': [[{ matchLabels: { app: 'podinfo', team: 'shop' } }], 'app=podinfo,team=shop'],
  'a Deployment and its canary': [
    [{ matchLabels: { app: 'podinfo', team: 'shop' } }, { matchLabels: { app: 'podinfo-canary', team: 'shop' } }],
    'app in (podinfo,podinfo-canary),team=shop',
  ],
  'expressions of every kind': [
    [
      {
        matchLabels: { app: 'podinfo' },
        matchExpressions: [
          { key: 'tier', operator: 'In', values: ['a', 'b'] },
          { key: 'zone', operator: 'NotIn', values: ['c'] },
          { key: 'live', operator: 'Exists' },
          { key: 'old', operator: 'DoesNotExist' },
        ],
      },
    ],
    'app=podinfo,tier in (a,b),zone notin (c),live,!old',
  ],
};

for (const [sentence, [given, wanted]] of Object.entries(selectors)) {
  void t.test(sentence, async (t) => {
    t.equal(selectorOf(given.map(selecting)), wanted);
  });
}
