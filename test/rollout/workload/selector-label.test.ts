import t from 'tap';
import type { LabelSelector } from '../../../src/rollout/kube.ts';
import { selectorLabelOf } from '../../../src/rollout/workload/selector-label.ts';

const INSTANCE = 'app.kubernetes.io/instance';
const NAME = 'app.kubernetes.io/name';

interface Row {
  matchLabels?: Record<string, string>;
  matchExpressions?: LabelSelector['matchExpressions'];
  /** Where they are not the selector's own. */
  templateLabels?: Record<string, string>;
  named?: string;
  label?: string;
  says?: string;
}

const rows: Record<string, Row> = {
  'instance goes before the others': {
    matchLabels: { name: 'a', [NAME]: 'a', app: 'a', [INSTANCE]: 'a' },
    label: INSTANCE,
  },
  'app goes before the names': { matchLabels: { name: 'a', [NAME]: 'a', app: 'a' }, label: 'app' },
  'the long name goes before the short': { matchLabels: { name: 'a', [NAME]: 'a' }, label: NAME },
  'the short name goes before what is not customary': { matchLabels: { tier: 'a', name: 'a' }, label: 'name' },
  'the only label will do': { matchLabels: { workload: 'a' }, label: 'workload' },
  'the one that is named goes before all': { matchLabels: { app: 'a', tier: 'b' }, named: 'tier', label: 'tier' },
  'an expression on another label is no harm': {
    matchLabels: { app: 'a' },
    matchExpressions: [{ key: 'tier', operator: 'Exists' }],
    label: 'app',
  },
  'a value of 56 characters leaves room': { matchLabels: { app: 'a'.repeat(56) }, label: 'app' },
  'several of which none is customary': { matchLabels: { tier: 'a', track: 'b' }, says: 'tier or track' },
  'none at all': { says: 'has no matchLabels' },
  'one that is named and absent': { matchLabels: { app: 'a' }, named: 'tier', says: 'must be one of' },
  'one that every object has': { matchLabels: { app: 'a' }, named: 'constructor', says: 'must be one of' },
  'one that an expression uses': {
    matchLabels: { app: 'a', tier: 'b' },
    matchExpressions: [{ key: 'app', operator: 'In', values: ['a'] }],
    says: 'name another label by headgate.dev/selector-label: tier',
  },
  'one that is in an expression only': {
    matchLabels: { app: 'a' },
    matchExpressions: [{ key: 'tier', operator: 'Exists' }],
    named: 'tier',
    says: 'in matchExpressions',
  },
  'one that the pods have otherwise': {
    matchLabels: { app: 'a' },
    templateLabels: { app: 'b' },
    says: "pod template's labels",
  },
  'a value of 57 characters leaves no room': { matchLabels: { app: 'a'.repeat(57) }, says: 'has 64 characters' },
  'an empty value': { matchLabels: { app: '' }, says: 'empty value' },
};

for (const [sentence, { matchLabels, matchExpressions, templateLabels, named, label, says }] of Object.entries(rows)) {
  void t.test(sentence, async (t) => {
    const selector = { ...(matchLabels && { matchLabels }), ...(matchExpressions && { matchExpressions }) };
    const labels = templateLabels ?? matchLabels ?? {};
    const deployment = { spec: { selector, template: { metadata: { labels }, spec: { containers: [] } } } };
    const found = selectorLabelOf(deployment, named === undefined ? {} : { selectorLabel: named });
    if (label !== undefined) t.same(found, { ok: true, label });
    else t.match(found, { ok: false, problem: { message: says } });
  });
}
