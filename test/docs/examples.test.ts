import { globSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { parseAllDocuments } from 'yaml';
import { PHASES } from '../../src/rollout/machine/state.ts';
import { VERSION } from '../../src/version.ts';
import { headgate } from '../cli/build.ts';
import type { Json } from '../rig/api.ts';
import { firstCells, page, ROOT } from './pages.ts';

const EXAMPLES = 'manifests/examples';
const files = globSync(`${EXAMPLES}/*/*.yaml`, { cwd: ROOT }).toSorted();
const directories = [...new Set(files.map((file) => file.split('/')[2] ?? ''))];

const objectsOf = (file: string): Json[] => {
  const documents = parseAllDocuments(page(file));
  return documents.map((document) => {
    if (document.errors[0]) throw new Error(`${file}: ${document.errors[0].message}`);
    return document.toJS() as Json;
  });
};
const [canary, gated, alerting] = ['canary', 'approvals', 'alerts'].map(
  (name) => objectsOf(`${EXAMPLES}/${name}/canary.yaml`)[0]?.spec as Json,
);

void t.test('every example is on the page, with a page of its own', async (t) => {
  const listed = firstCells(page(`${EXAMPLES}/README.md`)).map((cell) => /\((\w[\w-]*)\/README\.md\)/.exec(cell)?.[1]);
  t.same(listed.toSorted(), directories);
});

void t.test('every file is objects of Kubernetes', async (t) => {
  for (const file of files) {
    for (const { apiVersion, kind, metadata } of objectsOf(file)) t.ok(apiVersion && kind && metadata.name, file);
  }
});

void t.test('what is for a namespace of one’s choice names none', async (t) => {
  for (const file of files.filter((file) => !file.includes('/gitops/'))) {
    for (const { kind, metadata } of objectsOf(file)) t.equal(metadata.namespace, undefined, `${file}: ${kind}`);
  }
});

for (const directory of directories.filter((name) => !['gitops', 'load-tester'].includes(name))) {
  void t.test(`headgate validate finds nothing wrong in ${directory}`, async (t) => {
    const own = files.filter((file) => file.includes(`/${directory}/`));
    const { code, stdout } = await headgate(['validate', ...own.flatMap((file) => ['-f', join(ROOT, file)])]);
    t.match(stdout, /^[1-9]\d* objects? of Headgate checked: no problems$/m);
    t.equal(code, 0);
  });
}

void t.test('examples that go on with the Canary of another are that Canary, and more', async (t) => {
  const { analysis, ...rest } = gated ?? {};
  const added = analysis.webhooks.filter(({ name }: Json) => name !== 'load-test');
  t.same(
    { ...rest, analysis: { ...analysis, webhooks: analysis.webhooks.filter((hook: Json) => !added.includes(hook)) } },
    canary,
  );
  t.same(
    added.map(({ type }: Json) => type),
    ['pre-rollout', 'confirm-promotion', 'rollback'],
  );
  const { alerts, ...others } = alerting?.analysis ?? {};
  t.same({ ...alerting, analysis: others }, canary);
  const providers = objectsOf(`${EXAMPLES}/alerts/providers.yaml`).filter(({ kind }) => kind === 'AlertProvider');
  t.same(
    alerts.map(({ providerRef }: Json) => providerRef.name),
    providers.map(({ metadata }) => metadata.name),
  );
});

void t.test('the Deployment is the same with annotations and with a Canary', async (t) => {
  const [annotated, plain] = ['annotations', 'canary'].map((name) => objectsOf(`${EXAMPLES}/${name}/podinfo.yaml`)[0]);
  t.same(annotated?.spec, { ...plain?.spec, replicas: 2 });
  t.equal(plain?.metadata.annotations, undefined);
});

void t.test('images of Headgate are of this version', async (t) => {
  const tags = files.flatMap((file) => [...page(file).matchAll(/image: headgate[\w-]*:(\S+)/g)].map(([, tag]) => tag));
  t.same(tags, [VERSION, VERSION]);
});

void t.test('Argo CD’s words for a Canary know the phases that there are', async (t) => {
  const [{ data } = {}] = objectsOf(`${EXAMPLES}/gitops/argocd-cm.yaml`);
  const script: string = data['resource.customizations.health.headgate.dev_Canary'];
  const health = Object.fromEntries(
    [...script.matchAll(/(\w+) = "(Healthy|Suspended|Degraded)"/g)].map(([, phase, word]) => [phase, word]),
  );
  const progressing = PHASES.filter((phase) => health[phase] === undefined);
  t.same(progressing, ['Progressing', 'Promoting', 'Finalising']);
  t.same(
    Object.keys(health).filter((phase) => !PHASES.some((known) => known === phase)),
    [],
  );
});

void t.test('Flux looks at the Deployment and at its Canary', async (t) => {
  const [{ spec } = {}] = objectsOf(`${EXAMPLES}/gitops/flux-kustomization.yaml`);
  const checks = spec.healthChecks.map(({ apiVersion, kind, namespace }: Json) => `${apiVersion} ${kind} ${namespace}`);
  t.same(checks, ['apps/v1 Deployment demo', 'headgate.dev/v1 Canary demo']);
  t.equal(spec.targetNamespace, 'demo');
});
