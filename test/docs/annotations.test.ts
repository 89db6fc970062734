import t from 'tap';
import * as keys from '../../src/rollout/keys.ts';
import { API_VERSION, BYPASS, CANARY, PREFIX } from '../../src/rollout/keys.ts';
import { MAX_KEYS, MAX_TEXT, MAX_TOKENS } from '../../src/rollout/spec/annotations/annotation-bounds.ts';
import { userFormOf } from '../../src/rollout/spec/annotations/annotation-form.ts';
import { SETTINGS, settingAt, WRITABLE } from '../../src/rollout/spec/annotations/annotation-keys.ts';
import { MAX_QUERY } from '../../src/rollout/spec/promql/promql.ts';
import { valueAt } from '../../src/rollout/spec/rules/findings.ts';
import { MAX_DEPTH, MAX_QUERIES, MAX_VALUES } from '../../src/rollout/spec/rules/form-bounds.ts';
import { formatDuration } from '../../src/rollout/spec/schema/durations.ts';
import { MAX_BYPASS } from '../../src/rollout/workload/bypass.ts';
import { MAX_RULE_VALUES } from '../../src/traffic/istio/keep-weights.ts';
import { code, firstCells, page, pages, rows, section } from './pages.ts';

const NONE = [
  ...[
    'step-weights',
    'webhooks',
    'alerts',
    'hosts',
    'gateways',
    'timeout',
    'retries',
    'headers',
    'match',
    'rewrite',
    'cors-policy',
  ],
  ...['traffic-policy', 'autoscaler'],
];
const text = page('docs/annotations.md');
const settings = [...SETTINGS.keys()].map((name) => PREFIX + name);
const own = Object.values(keys)
  .flat()
  .filter((key) => key.startsWith(PREFIX) && key !== PREFIX && key !== API_VERSION);
const state = [...new Set(own)].filter((key) => !WRITABLE.includes(key));

void t.test('every annotation is documented, and nothing else', async (t) => {
  t.same(firstCells(section(text, '## Opting in')), [CANARY]);
  t.same(firstCells(section(text, '## Settings')).toSorted(), settings.toSorted());
  t.same(firstCells(section(text, '## Break-glass')), [BYPASS]);
  t.same(firstCells(section(text, '## What Headgate writes')).toSorted(), state.toSorted());
});

void t.test('the limits are those of the source', async (t) => {
  const limits = section(text, '## Limits');
  const most = [
    MAX_KEYS,
    MAX_TEXT,
    MAX_BYPASS,
    MAX_TOKENS,
    MAX_VALUES,
    MAX_DEPTH,
    MAX_QUERIES,
    MAX_QUERY,
    MAX_RULE_VALUES,
  ];
  for (const limit of most) t.match(limits, new RegExp(`\\b${limit}\\b`));
});

void t.test('every field of a Canary has its annotation, but for the name of its Deployment', async (t) => {
  const fields = firstCells(section(page('docs/canary.md'), '## spec'));
  t.same(
    fields.filter((path) => settingAt(path.split(/\[\]\.|\./)) === undefined),
    ['targetRef.apiVersion', 'targetRef.kind', 'targetRef.name'],
  );
});

void t.test('every key that any page names is known', async (t) => {
  const known = new Set([...settings, ...own]);
  for (const path of pages()) {
    // Not `canary.headgate.dev/podinfo`, which is an object by its kind and name.
    const named = page(path).match(/(?<!\.)\bheadgate\.dev\/[a-z][a-z0-9-]*/g) ?? [];
    const unknown = named.filter((key) => !known.has(key) && key !== API_VERSION && !key.endsWith('-'));
    t.same(unknown, [], path);
  }
});

void t.test('the defaults are those of the schema', async (t) => {
  const ports = [{ containerPort: 9898 }];
  const template = { metadata: {}, spec: { containers: [{ name: 'podinfo', ports }] } };
  const form = userFormOf({ metadata: { name: 'podinfo' }, spec: { template } });
  if (!form.ok) throw new Error('a Deployment without settings has no defaults');
  for (const [key = '', cell = ''] of rows(section(text, '## Settings'))) {
    const { path } = SETTINGS.get(key.slice(PREFIX.length)) ?? { path: [] };
    const value = valueAt(form.value, path);
    const documented = code(cell);
    if (documented === cell) continue;
    t.equal(documented, key.endsWith('progress-deadline') ? formatDuration(Number(value) * 1_000) : String(value), key);
  }
});

void t.test('what has no default is not filled in', async (t) => {
  const none = rows(section(text, '## Settings')).filter(([, cell]) => cell === 'none');
  t.same(
    none.map(([key]) => key),
    NONE.map((name) => PREFIX + name),
  );
});
