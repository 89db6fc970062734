import t from 'tap';
import { type Json, openRig, waitFor } from '../../rig/rig.ts';
import { App } from '../support/app.ts';
import { servedAll } from '../support/failures.ts';
import { isLeft, remainsOf } from '../support/left-behind.ts';
import { Release } from '../support/release.ts';

const rig = openRig();
const release = new Release(rig, { helm: 'helm3', values: { uninstallHook: { timeout: '8s' } } });
t.before(() => release.install());
t.teardown(() => rig.close());

/** Stops or frees the making of pods in an app's namespace. */
const quota = (app: App) => `/api/v1/namespaces/${app.namespace}/resourcequotas`;
const forbidPods = (app: App) =>
  rig.api.create(quota(app), { metadata: { name: 'none' }, spec: { hard: { pods: '1' } } });
const allowPods = (app: App) => rig.api.delete(`${quota(app)}/none`);

const available = async (app: App): Promise<number> => (await app.deployment()).status.availableReplicas ?? 0;

t.test('traffic is not taken from a canary that serves alone; the uninstall fails, and can be repeated', async (t) => {
  const app = await App.enrolled(rig, 'alone', {
    annotations: { 'step-weights': '30', interval: '120s', metrics: '[]' },
    replicas: 1,
  });
  await app.setImage('1.4.1');
  await app.atWeight(30);
  await forbidPods(app);
  await app.kubectl(['delete', 'pods', '-l', `app=${app.name}`, '--wait=false']);
  await waitFor('no pod of the Deployment to be available', async () => (await available(app)) === 0);
  const { code } = await release.attempt('uninstall', 'headgate', '--timeout=120s');
  t.not(code, 0, 'Helm says that it failed');
  const pods: Json[] = await rig.api.list('/api/v1/namespaces/headgate/pods');
  const [job] = pods.filter(({ metadata }) => metadata.labels['job-name'] === 'headgate-uninstall');
  const { stdout } = await rig.kubectl(['logs', '-n', 'headgate', job?.metadata.name]);
  t.match(stdout, `${app.namespace}/${app.name}`, 'the log names the Deployment');
  t.match(stdout, 'only 0 of 1 pods of podinfo are available');
  t.equal((await app.envoyWeight())[`${app.name}-canary`], 30, 'the canary keeps its traffic');
  await app.setImage('1.4.2');
  t.ok((await app.deployment()).spec.paused, 'a change meanwhile is held too');

  await allowPods(app);
  // It would be tried again ever more seldom.
  await app.kubectl(['annotate', 'replicasets', '--all', 'again=now']);
  await waitFor('the Deployment’s pod', async () => (await available(app)) === 1, { timeoutMs: 60_000 });
  await release.uninstall();
  await isLeft(t, app, '1.4.0');
  t.notOk((await app.deployment()).spec.paused, 'not paused');
  t.same(await remainsOf(app, release.namespace), []);
});

t.test('without hooks everything stays as it is, and the next installation goes on with it', async (t) => {
  await release.install();
  const app = await App.enrolled(rig, 'going-on', {
    annotations: { 'step-weights': '30,60', interval: '5s', metrics: '[]' },
  });
  const load = app.load(30);
  await app.setImage('1.4.1');
  await app.atWeight(30);
  await release.uninstall('--no-hooks');
  const { spec, metadata } = await app.deployment();
  t.ok(spec.paused && metadata.annotations['headgate.dev/held'], 'held');
  await release.install();
  await app.phase('Succeeded');
  t.same(await app.stableTags(), ['1.4.1']);
  await servedAll(t, load);
});
