import t from 'tap';
import { parseAllDocuments } from 'yaml';
import { annotationsOf, patchesText } from '../../../src/cli/import/output.ts';
import { translate } from '../../../src/cli/import/translation.ts';
import { userFormOf } from '../../../src/rollout/spec/annotations/annotation-form.ts';
import { valueAt } from '../../../src/rollout/spec/rules/findings.ts';
import { readForm } from '../../../src/rollout/spec/spec.ts';
import { manifests } from './manifests.ts';

/** The Deployment of a Canary, with a port for each that is spoken of. */
function annotated(spec: unknown, annotations: Record<string, string>) {
  const [port, targetPort] = ['port', 'targetPort'].map((name) => valueAt(spec, ['service', name]));
  const named = typeof targetPort === 'string' ? [{ name: targetPort, containerPort: 1 }] : [];
  const ports = [port, targetPort]
    .filter((entry) => typeof entry === 'number')
    .map((containerPort) => ({ containerPort }));
  const template = { metadata: {}, spec: { containers: [{ name: 'app', ports: [...ports, ...named] }] } };
  return { metadata: { name: `${String(valueAt(spec, ['targetRef', 'name']))}`, annotations }, spec: { template } };
}

for (const { name, objects } of manifests.filter((manifest) => manifest.name !== 'mistakes')) {
  void t.test(`${name}: the annotations say what the Canary says`, async (t) => {
    for (const { made } of translate(objects).objects) {
      if (made?.kind !== 'Canary') continue;
      const form = userFormOf(annotated(made.spec, annotationsOf(made.spec)));
      const reading = readForm(made.spec);
      t.ok(reading.ok);
      t.same(form, { ok: true, value: reading.ok && reading.form }, made.metadata.name);
    }
  });
}

void t.test('a patch is of one Deployment each, and says how it is used', async (t) => {
  const weights = manifests.find(({ name }) => name === 'weights')?.objects ?? [];
  const text = patchesText(translate(weights).objects, 'yaml');
  t.equal(
    text.split('---\n')[0],
    `# kubectl patch deployment overshoots -n test --patch-file FILE
metadata:
  annotations:
    headgate.dev/canary: "true"
    headgate.dev/interval: 90s
    headgate.dev/threshold: "3"
    headgate.dev/max-weight: "50"
    headgate.dev/step-weight: "20"
    headgate.dev/metrics: "[]"
    headgate.dev/port: "80"
`,
  );
  t.equal(parseAllDocuments(text).length, weights.length);
});
