import t from 'tap';
import { translateQuery } from '../../../src/cli/import/query.ts';
import { queryProblem } from '../../../src/rollout/spec/promql/promql.ts';

const facts = {
  name: 'settings',
  target: 'podinfo',
  service: 'podinfo',
  ingress: 'front',
  route: 'side',
  variables: { direction: 'inbound' },
};

const written: Record<string, [query: string, wanted: string]> = {
  'the workload under test': ['a{w="{{ target }}"}', 'a{w="{{ canary }}"}'],
  'however it is spaced': ['a{w="{{target}}"}', 'a{w="{{ canary }}"}'],
  'with the space around it trimmed': ['a{w=" {{- target -}} "}', 'a{w="{{ canary }}"}'],
  'what Flagger calls its primary': ['a{w="{{ target }}-primary"}', 'a{w="{{ target }}"}'],
  'a name that would be the canary of the canary': ['a{w="{{ target }}-canary"}', 'a{w="{{ canary }}"}'],
  'a word that only begins like it': ['a{w="{{ target }}-primarylike"}', 'a{w="{{ canary }}-primarylike"}'],
  'the Service, and those of its parts': [
    'a{s="{{ service }}",p="{{ service }}-primary",c="{{ service }}-canary"}',
    'a{s="{{ service }}",p="{{ service }}",c="{{ service }}-canary"}',
  ],
  'namespace and window': [
    'rate(a{n="{{ namespace }}"}[{{ interval }}])',
    'rate(a{n="{{ namespace }}"}[{{ interval }}])',
  ],
  'names that are known now': [
    'a{c="{{ name }}",i="{{ ingress }}",r="{{ route }}"}',
    'a{c="settings",i="front",r="side"}',
  ],
  'a variable': ['a{d="{{ variables.direction }}"}', 'a{d="inbound"}'],
  'a variable by its index': ['a{d="{{ index variables "direction" }}"}', 'a{d="inbound"}'],
  'a comment': ['{{/* why */}}\na', 'a'],
  'a workload by its name': ['a{destination_workload="podinfo"}', 'a{destination_workload="{{ canary }}"}'],
  'the primary by its name': ['a{destination_workload!~"podinfo-primary"}', 'a{destination_workload!~"podinfo"}'],
  'pods by the name of their workload': [
    'a{pod=~"podinfo-[0-9a-z]+-[0-9a-z]+"}',
    'a{pod=~"{{ canary }}-[0-9a-z]+-[0-9a-z]+"}',
  ],
  'the pods of the primary, whatever follows': [
    'a{pod=~"{{ target }}-primary-.*"}',
    'a{pod=~"{{ target }}-[0-9a-z]+-[0-9a-z]+"}',
  ],
  'all but those': ['a{pod!~"podinfo-primary.*"}', 'a{pod!~"podinfo-[0-9a-z]+-[0-9a-z]+"}'],
  'the workload of the primary, whatever follows': ['a{workload=~"podinfo-primary.*"}', 'a{workload=~"podinfo"}'],
  'pods by a name that Flagger does not make': [
    'a{pod=~"{{ target }}-canary-[a-z0-9]+-[a-z0-9]+"}',
    'a{pod=~"{{ canary }}-[a-z0-9]+-[a-z0-9]+"}',
  ],
  'another workload, which begins like it': ['a{workload="podinfo-worker"}', 'a{workload="podinfo-worker"}'],
  'names that mean the same there and here': [
    'a{namespace="podinfo",container="podinfo",destination_service_name="podinfo"}',
    'a{namespace="podinfo",container="podinfo",destination_service_name="podinfo"}',
  ],
};

for (const [sentence, [query, wanted]] of Object.entries(written)) {
  void t.test(`written: ${sentence}`, async (t) => {
    const { query: found, problems } = translateQuery(query, facts);
    t.equal(found, wanted);
    t.same(problems, []);
    t.equal(queryProblem(wanted), undefined, 'Headgate takes it');
  });
}

void t.test('what is turned round is told', async (t) => {
  t.match(translateQuery('a{w="{{ target }}"}', facts).notes, [/\{\{ canary \}\} is written, podinfo-canary/]);
  t.match(translateQuery('sum(a{pod="podinfo"})', facts).notes, ['has pod="podinfo": "{{ canary }}" is written']);
  t.same(translateQuery('sum(a{n="{{ namespace }}"})', facts).notes, []);
});

const stopped: Record<string, [query: string, problem: RegExp]> = {
  'a function that is misspelt': ['a{w="{{ tarGet }}"}', /did you mean \{\{ target \}\}\?/],
  'a variable without a value': ['a{d="{{ variables.colour }}"}', /templateVariables has no colour/],
  'a condition': ['{{ if interval }}a{{ end }}', /uses \{\{ if interval \}\}, .*write the query by hand/],
};

for (const [sentence, [query, problem]] of Object.entries(stopped)) {
  void t.test(`not written: ${sentence}`, async (t) => {
    const { query: found, problems } = translateQuery(query, facts);
    t.equal(found, undefined);
    t.match(problems[0], problem);
  });
}

const doubtful: Record<string, [query: string, problem: RegExp]> = {
  'a label that may tell one workload from the other': [
    'a{app="podinfo"}',
    /has app="podinfo".*write \{\{ canary \}\}/,
  ],
  'a pattern for what runs that the canary fits': [
    'a{workload=~"podinfo-primary[a-z-]*"}',
    /has workload=~"podinfo\[a-z-\]\*", which the pods of podinfo-canary fit too/,
  ],
};

for (const [sentence, [query, problem]] of Object.entries(doubtful)) {
  void t.test(`written, and to be looked at: ${sentence}`, async (t) => {
    const { query: found, problems } = translateQuery(query, facts);
    t.ok(found);
    t.match(problems[0], problem);
  });
}
