import fc from 'fast-check';
import t from 'tap';
import type { PodTemplate } from '../../../src/rollout/kube.ts';
import { canonical, essence, isSame, revisionOf, sameRevision } from '../../../src/rollout/workload/template.ts';
import { type Change, template } from '../../build.ts';

const labelled =
  (labels: Record<string, string>): Change<PodTemplate> =>
  ({ metadata = {} }) => {
    metadata.labels = { ...metadata.labels, ...labels };
  };
const noted =
  (annotations: Record<string, string>): Change<PodTemplate> =>
  ({ metadata = {} }) => {
    metadata.annotations = annotations;
  };
const container =
  (fields: Record<string, unknown>): Change<PodTemplate> =>
  ({ spec }) => {
    Object.assign(spec.containers[0] ?? {}, fields);
  };

const same: Record<string, [PodTemplate, PodTemplate]> = {
  'the order of keys does not matter': [
    template('1.0'),
    { spec: template('1.0').spec, metadata: { labels: { app: 'podinfo' } } },
  ],
  'nulls are as if absent': [template('1.0'), template('1.0', container({ resources: null, command: undefined }))],
  'a restart is no revision': [
    template('1.0'),
    template('1.0', noted({ 'kubectl.kubernetes.io/restartedAt': '2030-01-01T00:00:00Z' })),
  ],
  'Headgate’s own annotations are no revision': [
    template('1.0'),
    template('1.0', noted({ 'headgate.dev/pinned': 'a,b' })),
  ],
  'the hash label of a ReplicaSet is no revision': [
    template('1.0'),
    template('1.0', labelled({ 'pod-template-hash': '5d' })),
  ],
  'empty annotations are as none': [template('1.0'), template('1.0', noted({}))],
};

const different: Record<string, [PodTemplate, PodTemplate]> = {
  'another image': [template('1.0'), template('1.1')],
  'another label': [template('1.0'), template('1.0', labelled({ tier: 'web' }))],
  'another annotation': [template('1.0'), template('1.0', noted({ 'prometheus.io/scrape': 'true' }))],
  'the order of a list': [
    template('1.0', container({ args: ['a', 'b'] })),
    template('1.0', container({ args: ['b', 'a'] })),
  ],
  'an empty list and none': [template('1.0'), template('1.0', container({ env: [] }))],
  'zero, false and the empty text are not absent': [
    template('1.0'),
    template('1.0', container({ stdin: false, terminationGracePeriodSeconds: 0, workingDir: '' })),
  ],
  'a field that Headgate does not know': [
    template('1.0'),
    template('1.0', container({ newInKubernetes140: { deep: [1] } })),
  ],
  'a key that JavaScript treats as its own': [
    template('1.0', container({ attributes: JSON.parse('{"__proto__": "a"}') })),
    template('1.0', container({ attributes: JSON.parse('{"__proto__": "b"}') })),
  ],
};

for (const [claim, [a, b]] of Object.entries(same)) {
  t.ok(sameRevision(a, b) && revisionOf(a) === revisionOf(b), `the same revision: ${claim}`);
}
for (const [claim, [a, b]] of Object.entries(different)) {
  t.notOk(sameRevision(a, b) || revisionOf(a) === revisionOf(b), `another revision: ${claim}`);
}

t.match(revisionOf(template('1.0')), /^[0-9a-f]{10}$/, 'a revision is ten hex digits: it fits names and labels');
t.equal(canonical({ b: [undefined, null, 1], a: undefined }), '{"b":[null,null,1]}', 'places in a list are kept');
t.same(
  essence(template('1.0', labelled({ 'pod-template-hash': '5d' }), noted({ 'headgate.dev/x': '1', mine: '2' }))),
  template('1.0', noted({ mine: '2' })),
  "the essence keeps what is the user's",
);
const untouched = template('1.0', labelled({ 'pod-template-hash': '5d' }));
essence(untouched);
t.same(untouched, template('1.0', labelled({ 'pod-template-hash': '5d' })), 'the template itself is left alone');

void t.test('the text is that of an object with sorted keys: revisions have been made of it', async (t) => {
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom(null, undefined, 0, -1.5, '', '"\u2028', true),
      fc.array(tie('tree'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom('b', 'a', 'é', '10', '9', '-1', '01', '__proto__'), tie('tree'), { maxKeys: 4 }),
    ),
  }));
  const sorted = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map((entry) => sorted(entry) ?? null);
    if (typeof value !== 'object' || value === null) return value ?? undefined;
    const entries = Object.entries(value).map(([key, entry]) => [key, sorted(entry)] as const);
    return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
  };
  fc.assert(
    fc.property(tree, (a) => canonical([a]) === JSON.stringify(sorted([a]))),
    { numRuns: 2_000 },
  );
  t.pass();
});

void t.test('values are the same exactly when their canonical texts are', async (t) => {
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom(null, undefined, 0, 1, '', 'a', true),
      fc.array(tie('tree'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom('a', 'b', 'c', '1'), tie('tree'), { maxKeys: 3 }),
    ),
  }));
  const shuffled = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(shuffled);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .toReversed()
        .map(([key, entry]) => [key, shuffled(entry)]),
    );
  };
  fc.assert(
    fc.property(tree, tree, (a, b) => isSame(a, b) === (canonical([a]) === canonical([b]))),
    { numRuns: 2_000 },
  );
  fc.assert(fc.property(tree, (a) => isSame(a, shuffled(a)) && canonical([a]) === canonical([shuffled(a)])));
  t.pass();
});
