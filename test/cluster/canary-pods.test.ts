import t from 'tap';
import { type Json, openRig, waitFor } from '../rig/rig.ts';
import { App } from './support/app.ts';
import { servedAll } from './support/failures.ts';

const rig = openRig();
t.teardown(() => rig.close());

/** Three of six pods, for long enough to lose one of them. */
const HALF = { replicas: 6, annotations: { 'step-weights': '50', interval: '12s', metrics: '[]' } };

/** A pod is ready some seconds after its start, so that one that is missing is so for long enough to be seen; all start at once. */
const slowToReady = ({ spec }: Json): void => {
  spec.template.spec.containers[0].readinessProbe.initialDelaySeconds = 4;
  spec.strategy.rollingUpdate.maxSurge = '100%';
};

const podsOf = async (app: App): Promise<Json[]> => {
  const pods: Json[] = await rig.api.list(
    `/api/v1/namespaces/${app.namespace}/pods?labelSelector=app%3D${app.name}-canary`,
  );
  return pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
};

const budgetOf = (app: App): Promise<Json> =>
  rig.api.find(`/apis/policy/v1/namespaces/${app.namespace}/poddisruptionbudgets/${app.name}-canary`);

/** As `kubectl drain` asks. */
const evict = (app: App, name: string): Promise<unknown> =>
  rig.api.create(`/api/v1/namespaces/${app.namespace}/pods/${name}/eviction`, {
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    metadata: { name, namespace: app.namespace },
  });

// Each has an app of its own.
t.jobs = 2;

t.test('one canary pod of three that is evicted in mid-analysis fails no release and no request', async (t) => {
  const app = await App.enrolled(rig, 'evicted', { ...HALF, change: slowToReady });
  const load = app.load(60);
  await app.release('1.4.1');
  await app.atWeight(50);
  await waitFor('the budget to count its pods', async () => (await budgetOf(app))?.status?.disruptionsAllowed === 1);
  // Both at once: one asked for later may go as soon as the first has a successor.
  const [first, second] = await podsOf(app);
  const evictions = await Promise.allSettled([first, second].map((pod) => evict(app, pod?.metadata.name)));
  const kept = evictions.filter((eviction) => eviction.status === 'rejected');
  t.equal(kept.length, 1, 'one of them is kept');
  t.match(String(kept[0]?.reason), /disruption budget/, 'by the budget');
  await app.told('CanaryDegraded');
  const status = await app.phase('Succeeded', 120_000);
  t.equal(status.release?.unreadySince, undefined, 'nothing is missed any more');
  t.notOk((await app.reasons()).includes('CanaryUnready'));
  await servedAll(t, load);
  await waitFor('the budget to be gone', async () => (await budgetOf(app)) === undefined);
  await app.delete();
});

t.test('one of three whose container ends fails the release at once', async (t) => {
  const app = await App.enrolled(rig, 'crashed', { ...HALF, change: slowToReady });
  await app.release('1.4.1');
  await app.atWeight(50);
  const [pod] = await podsOf(app);
  await rig.crashPod(app.namespace, pod?.metadata.name);
  const status = await app.phase('Failed');
  t.match(status.release?.message, new RegExp(`has 2 of 3 canary pods ready: ${pod?.metadata.name} crashes`));
  t.ok(await app.told('CanaryUnready'));
  await app.delete();
});

t.test('a canary of one pod has no budget, and none to spare', async (t) => {
  const app = await App.enrolled(rig, 'alone', { annotations: HALF.annotations, change: slowToReady });
  await app.release('1.4.1');
  await app.atWeight(50);
  t.equal(await budgetOf(app), undefined);
  const [pod] = await podsOf(app);
  await evict(app, pod?.metadata.name);
  await app.phase('Failed');
  t.ok(await app.told('CanaryUnready'));
  await app.delete();
});
