import fc from 'fast-check';
import t from 'tap';
import type { Deployment } from '../../../src/rollout/kube.ts';
import { userFormOf } from '../../../src/rollout/spec/annotations/annotation-form.ts';
import { readAnnotations } from '../../../src/rollout/spec/annotations/annotations.ts';
import { problemsOf, problemsUnder } from '../../../src/rollout/spec/rules/deployment-problems.ts';
import { normaliseSpec } from '../../../src/rollout/spec/spec.ts';

function deploymentWith(annotations: Record<string, string>): Deployment {
  const containers = [{ name: 'podinfo', ports: [{ name: 'http', containerPort: 9898 }] }];
  return {
    metadata: { name: 'podinfo', annotations },
    spec: {
      selector: { matchLabels: { app: 'podinfo' } },
      template: { metadata: { labels: { app: 'podinfo' } }, spec: { containers } },
    },
  };
}

const settings = (notes: Record<string, string>): Deployment =>
  deploymentWith(Object.fromEntries(Object.entries(notes).map(([name, text]) => [`headgate.dev/${name}`, text])));

void t.test('a Deployment without the opt-in takes no part, whatever else it says', async (t) => {
  t.same(readAnnotations(settings({ interval: 'soon' })), { optedIn: false });
  t.same(readAnnotations({ metadata: { name: 'a' }, spec: { template: { spec: { containers: [] } } } }), {
    optedIn: false,
  });
  t.same(problemsOf(settings({ interval: 'soon' })), []);
});

void t.test('a reference to a Canary is read without its settings', async (t) => {
  const reading = readAnnotations(settings({ canary: 'canary/web' }));
  t.same(reading, { optedIn: 'canary', canaryName: 'web', problems: [] });
});

void t.test('a good reading has the form that the Canary gets, and both say the same', async (t) => {
  const reading = readAnnotations(settings({ canary: 'true', interval: '30s', 'step-weights': '5,20', port: '9898' }));
  t.match(reading, {
    optedIn: 'true',
    userForm: {
      targetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'podinfo' },
      service: { port: 9898, portName: 'http' },
      analysis: {
        interval: '30s',
        stepWeights: [5, 20],
        metrics: [{ name: 'request-success-rate', threshold: 99 }, {}],
      },
    },
  });
  if (reading.optedIn === 'true') t.same(normaliseSpec(reading.userForm), reading.outcome);
});

void t.test('Deployments with the same settings have forms of their own', async (t) => {
  const served = (name: string, containerPort: number): Deployment => {
    const { metadata, spec } = settings({ canary: 'true', interval: '20s' });
    const containers = [{ name: 'podinfo', ports: [{ name: 'http', containerPort }] }];
    return { metadata: { ...metadata, name }, spec: { ...spec, template: { ...spec.template, spec: { containers } } } };
  };
  for (const [name, port] of [
    ['one', 8_080],
    ['two', 8_080],
    ['one', 9_090],
    ['one', 8_080],
  ] as const)
    t.match(userFormOf(served(name, port)), { value: { targetRef: { name }, service: { port } } }, `${name}, ${port}`);
});

void t.test('a bad reading has no form', async (t) => {
  const reading = readAnnotations(settings({ canary: 'true', interval: 'soon' }));
  t.notOk('userForm' in reading);
  t.match(reading, { outcome: { ok: false, problems: [{ key: 'headgate.dev/interval', value: 'soon' }] } });
});

void t.test("Headgate's own keys are no settings, and no mistakes", async (t) => {
  const own = ['held', 'rolling', 'bypass', 'enrolled', 'role', 'revision', 'requested-by', 'command'];
  t.same(problemsOf(settings({ canary: 'true', ...Object.fromEntries(own.map((name) => [name, 'x'])) })), []);
});

void t.test('what a text cannot be read as does not hide what else is wrong', async (t) => {
  const problems = problemsOf(
    settings({ canary: 'true', metrics: '- [', 'step-weight': '0', 'selector-label': 'tier' }),
  );
  t.same(problems.map(({ key }) => key).toSorted(), [
    'headgate.dev/metrics',
    'headgate.dev/selector-label',
    'headgate.dev/step-weight',
  ]);
});

void t.test("under a Canary's settings the Deployment is judged by the Canary's fields", async (t) => {
  const form = { targetRef: { name: 'podinfo' }, service: { port: 80, targetPort: 'web' }, selectorLabel: 'tier' };
  const outcome = normaliseSpec(form);
  t.ok(outcome.ok);
  if (!outcome.ok) return;
  const problems = problemsUnder(settings({ canary: 'canary/web' }), outcome.value);
  t.same(
    problems.map(({ key, value }) => [key, value]),
    [
      ['spec.selectorLabel', 'tier'],
      ['spec.service.targetPort', 'web'],
    ],
  );
  t.match(problems[1]?.message, 'is no port of the pod template, which has 9898');
});

void t.test('no text throws', async () => {
  const name = fc.constantFrom(
    'interval',
    'port',
    'target-port',
    'step-weights',
    'hosts',
    'gateways',
    'autoscaler',
    'metrics',
    'headers',
    'match',
    'traffic-policy',
  );
  const text = fc.oneof(
    fc.string(),
    fc.json(),
    fc.constantFrom('{}', '- {}', '- *a', '&a [*a]', '-1', '1e400', '__proto__'),
  );
  fc.assert(
    fc.property(fc.dictionary(name, text), (notes) => {
      const reading = readAnnotations(settings({ ...notes, canary: 'true' }));
      return reading.optedIn === 'true' && reading.outcome.ok === (reading.userForm !== undefined);
    }),
  );
});

void t.test('texts as large as annotations can be are answered soon', async (t) => {
  const size = 250_000;
  const bombs: Record<string, string> = {
    hosts: 'a,'.repeat(size / 2),
    'step-weights': '1,'.repeat(size / 2),
    interval: '1'.repeat(size),
    metrics: '- {name: a}\n'.repeat(size / 12),
    gateways: `${'a.'.repeat(size / 2)}/`,
    match: '- {uri: {regex: (((((a+)+)+)+)+}}\n'.repeat(800),
    'traffic-policy': `{tls: ${'{a: '.repeat(5_000)}`,
    headers: `request: {set: {${Array.from({ length: 3_000 }, (_, index) => `a ${index}: b`).join()}}}`,
  };
  const largest = '- {name: a}\n'.repeat(2_500);
  for (const [name, text] of [...Object.entries(bombs), ['metrics', largest] as const]) {
    const before = process.cpuUsage();
    t.notOk(userFormOf(settings({ [name]: text })).ok, name);
    const took = process.cpuUsage(before).user / 1_000;
    t.ok(took < 3_000, `${name} in ${Math.round(took)} ms of CPU time`);
  }
});

void t.test('aliases that grow without bound are refused', async (t) => {
  const lines = ['a: &a [1,1,1,1,1,1,1,1,1]'];
  for (const [from, to] of ['ab', 'bc', 'cd', 'de', 'ef', 'fg', 'gh', 'hi'].map((pair) => pair.split(''))) {
    lines.push(`${to}: &${to} [${`*${from},`.repeat(8)}*${from}]`);
  }
  t.match(userFormOf(settings({ metrics: lines.join('\n') })), { ok: false });
});
