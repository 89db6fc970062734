import t, { type Test } from 'tap';
import { type Load, openRig, waitFor } from '../rig/rig.ts';
import { App } from './support/app.ts';
import { servedAll } from './support/failures.ts';
import { policyFor, untilRefused, untilTaken } from './support/policy.ts';

const rig = openRig();
t.teardown(() => rig.close());

/** Keeps the EndpointSlice controller from writing in a namespace, as if it were seconds behind. */
const frozen = ({ namespace }: App): object =>
  policyFor(namespace, {
    apiGroup: 'discovery.k8s.io',
    resource: 'endpointslices',
    expression: 'false',
    message: 'endpoints are frozen',
  });

/** The new version meets its users, comes to run, and costs them nothing. */
async function isReleased(t: Test, app: App, load: Load): Promise<void> {
  await app.phase('Succeeded', 90_000);
  t.same(await app.stableTags(), ['1.4.1']);
  await servedAll(t, load);
  t.ok((load.share()['1.4.1'] ?? 0) > 0, 'the new version was given traffic');
}

// Each has an app of its own.
t.jobs = 2;

t.test('pods that are ready, and that the mesh has not heard of, get no traffic', async (t) => {
  const app = await App.enrolled(rig, 'endpoints', { annotations: { 'step-weights': '50', interval: '2s' } });
  const load = app.load(50);
  const policy = frozen(app);
  await app.apply(policy);
  t.teardown(() => rig.kubectl(['delete', '-f', '-', '--ignore-not-found'], { input: policy }));
  const probe = { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', metadata: { name: 'probe' } };
  const slice = { ...probe, addressType: 'IPv4', endpoints: [] };
  await untilRefused(app, slice, 'endpoints are frozen');

  await app.setImage('1.4.1');
  await waitFor('the canary to be available', async () => {
    const { status } = await app.canaryDeployment();
    return status?.availableReplicas === 1;
  });
  const before = (await app.status()).release;
  t.equal(before?.weight, 0, 'it has no weight');
  const sent = load.samples.length;
  await waitFor('a hundred more requests', () => load.samples.length >= sent + 100);
  t.equal((await app.status()).canaryWeight, 0, 'and gets none while its Service lists none of its pods');

  await rig.kubectl(['delete', '-f', '-'], { input: policy });
  await untilTaken(app, slice);
  // It would look again by itself, after a while that grows with each refusal.
  const slices = `kubernetes.io/service-name=${app.name}-canary`;
  await app.kubectl(['delete', 'endpointslices', '-l', slices]);
  await isReleased(t, app, load);
  await app.delete();
});

t.test('a Service for the canary that its user wrote is as good', async (t) => {
  const app = await App.deploy(rig, 'own-service', { annotations: { 'step-weights': '50', interval: '2s' } });
  const name = `${app.name}-canary`;
  const ports = [{ name: 'http', port: 9898, targetPort: 9898 }];
  await app.apply({ apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { selector: { app: name }, ports } });
  await app.enrol();
  const load = app.load(50);
  await app.setImage('1.4.1');
  await isReleased(t, app, load);
  await app.delete();
});

t.test('a Deployment that stops its pods before it starts others loses no request', async (t) => {
  const app = await App.enrolled(rig, 'recreate', {
    annotations: { 'step-weights': '50', interval: '2s' },
    change: ({ spec }) => (spec.strategy = { type: 'Recreate' }),
  });
  const load = app.load(50);
  const pods = await app.stablePodIds();
  await app.setImage('1.4.1');
  await isReleased(t, app, load);
  const now = await app.stablePodIds();
  t.notOk(
    now.some((id) => pods.includes(id)),
    'its pods are others',
  );
  await app.delete();
});
