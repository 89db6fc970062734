import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { readSource } from '../../src/cli/documents.ts';
import { annotationsOf } from '../../src/cli/import/output.ts';
import { type TranslatedObject, translate } from '../../src/cli/import/translation.ts';
import { valueAt } from '../../src/rollout/spec/rules/findings.ts';
import { manifests } from '../cli/import/manifests.ts';
import { openRig, waitFor } from '../rig/rig.ts';
import { App } from './support/app.ts';
import { servedAll } from './support/failures.ts';
import { handOver, underFlagger } from './support/flagger.ts';

const rig = openRig();
t.teardown(() => rig.close());

/** Refused for what its author had wrong already. */
const right = manifests.filter(({ name }) => name !== 'mistakes');

const madeOf = (objects: readonly TranslatedObject[]) => objects.flatMap(({ made }) => made ?? []);

void t.test('the API server takes every object that is written', async (t) => {
  const namespace = await rig.createNamespace('import');
  for (const { name, objects } of right) {
    const made = madeOf(translate(objects).objects);
    if (made.length === 0) continue;
    const items = made.map((object) => ({ ...object, metadata: { ...object.metadata, namespace } }));
    const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
    const { stdout } = await rig.kubectl(['apply', '--server-side', '--dry-run=server', '-f', '-'], { input });
    t.equal(stdout.match(/\(server dry run\)/g)?.length, items.length, name);
  }
  await rig.kubectl(['delete', 'namespace', namespace, '--wait=false']);
});

void t.test('a Deployment takes the annotations that are written', async (t) => {
  const app = await App.deploy(rig, 'import-notes', { replicas: 1 });
  const file = join(t.testdir(), 'patch.json');
  for (const { name, objects } of right) {
    const specs = madeOf(translate(objects).objects).map(({ spec }) => spec);
    // The Deployment of the rig has one port.
    for (const spec of specs.filter((entry) => valueAt(entry, ['service', 'port']) === 9898)) {
      await writeFile(file, JSON.stringify({ metadata: { annotations: annotationsOf(spec) } }));
      const patch = ['patch', 'deployment', app.name, '--patch-file', file, '--dry-run=server', '-o', 'json'];
      const { stdout } = await app.kubectl(patch);
      t.match(JSON.parse(stdout).metadata.annotations, annotationsOf(spec), name);
    }
  }
  await app.delete();
});

/** The Canary of Flagger's for the app, with an interval that a test can wait for. */
const flaggers = ({ name, namespace, host }: App): string => `
apiVersion: flagger.app/v1beta1
kind: Canary
metadata: {name: ${name}, namespace: ${namespace}}
spec:
  targetRef: {apiVersion: apps/v1, kind: Deployment, name: ${name}}
  service: {port: 9898, hosts: [${host}], gateways: [${rig.mesh.gatewayName}, mesh]}
  analysis:
    interval: 10s
    threshold: 3
    stepWeights: [50]
    metrics: [{name: request-success-rate, threshold: 97, interval: 10s}]
`;

void t.test('an application is handed over as the documentation says, and no request is lost', async (t) => {
  const app = await App.deploy(rig, 'handed-over');
  await underFlagger(app);
  const load = app.load(50);
  const commands = handOver(app.namespace);
  t.ok(commands.length >= 7, `${commands.length} commands are on the page`);
  for (const words of commands) {
    if (words.includes(`deployment/${app.name}-primary`)) await isRouted(app);
    await rig.kubectl(words);
  }
  const { objects } = readSource('flagger.yaml', flaggers(app));
  for (const made of madeOf(translate(objects).objects)) await app.apply(made);
  await app.phase('Initialized');

  await app.release('1.4.1');
  await app.phase('Succeeded', 120_000);
  const summary = await servedAll(t, load);
  t.same(Object.keys(summary.byRevision).toSorted(), ['1.4.0', '1.4.1'], 'the release reached its users');
  t.same(await app.stableTags(), ['1.4.1']);
  const route = await app.kubectl(['get', `virtualservice/${app.name}`, '-o', 'json']);
  t.equal(
    valueAt(JSON.parse(route.stdout), ['spec', 'http', 0, 'timeout']),
    '15s',
    'the route is still the one of Flagger',
  );
  await app.delete();
});

/** Until every request goes to the Deployment, and those that were on their way to the copy are answered. */
async function isRouted(app: App): Promise<void> {
  await waitFor('Envoy to send everything to the Deployment', async () => {
    const weights = await app.envoyWeight();
    return Object.keys(weights).join() === app.name;
  });
}
