import t from 'tap';
import { openRig, waitFor } from '../rig/rig.ts';
import { App } from './support/app.ts';
import { servedAll } from './support/failures.ts';

const rig = openRig();
t.teardown(() => rig.close());

const SLOWLY = { annotations: { 'step-weights': '30,60', interval: '3s' } };

// Each has an app of its own.
t.jobs = 2;

t.test('v3 during v2: the analysis starts again, and v3 is promoted', async (t) => {
  const app = await App.enrolled(rig, 'v3', SLOWLY);
  const load = app.load(50);
  await app.setImage('1.4.1');
  const second = await app.atWeight(30);
  await waitFor('an answer of v2', () => (load.summary().byRevision['1.4.1'] ?? 0) > 0);
  await app.setImage('1.5.0');
  const third = await app.until('another revision', ({ revision }) => revision !== second.revision);
  t.ok((third.release?.weight ?? 0) < 30, 'the analysis of v3 begins below the weight that v2 had');
  const status = await app.phase('Succeeded', 90_000);
  const { byRevision } = await servedAll(t, load);
  t.equal(status.revision, third.revision);
  t.same(await app.stableTags(), ['1.5.0']);
  t.ok((byRevision['1.4.1'] ?? 0) > 0, 'v2 had been given traffic');
  t.ok(await app.told('Superseded'));
  await app.delete();
});

t.test('v1 during v2: withdrawn at once, no pod of v1 was touched', async (t) => {
  const app = await App.enrolled(rig, 'v1', SLOWLY);
  const pods = await app.stablePodIds();
  const load = app.load(50);
  await app.release('1.4.1');
  await app.atWeight(30);
  const { stderr, stdout } = await app.setImage('1.4.0');
  t.match(stderr + stdout, /given up for/, 'kubectl says what it means');
  await app.phase('Initialized');
  const deployment = await app.deployment();
  t.notOk(deployment.metadata.annotations['headgate.dev/held'], 'nothing is held');
  t.not(deployment.spec.paused, true);
  t.same(await app.stablePodIds(), pods, 'the same pods');
  await servedAll(t, load);
  t.equal((await app.canaryDeployment()).spec.replicas, 0);
  await app.delete();
});

t.test('v3 during the promotion of v2 is refused with the counts, and passes when it is done', async (t) => {
  const app = await App.enrolled(rig, 'busy', {
    replicas: 4,
    annotations: { 'step-weights': '50', interval: '2s' },
    change: (deployment) => {
      deployment.spec.minReadySeconds = 3;
      deployment.spec.progressDeadlineSeconds = 600;
    },
  });
  const load = app.load(50);
  await app.setImage('1.4.1');
  await waitFor(
    'the promotion to be under way',
    async () => {
      const { status } = await app.deployment();
      return status.replicas > status.updatedReplicas && status.updatedReplicas > 0;
    },
    { timeoutMs: 90_000 },
  );
  const refused = await app.setImage('1.5.0', { expectFail: true });
  t.match(refused.stderr, /still rolling out/, 'it says why');
  t.match(refused.stderr, /\d+ of \d+/, 'it says how far it is');
  await app.phase('Succeeded', 90_000);
  await app.release('1.5.0');
  await app.phase('Progressing');
  await app.phase('Succeeded', 90_000);
  t.same(await app.stableTags(), ['1.5.0']);
  await servedAll(t, load);
  await app.delete();
});

t.test(
  'the way back after a promotion is native and at once; the version gone back from is then gated again',
  async (t) => {
    const app = await App.enrolled(rig, 'back', { annotations: { 'step-weights': '50' } });
    const load = app.load(50);
    await app.release('1.4.1');
    await app.phase('Succeeded', 90_000);
    const begun = Date.now();
    await app.setImage('1.4.0');
    await waitFor('v1 on all pods', async () => (await app.stableTags()).join() === '1.4.0', { timeoutMs: 30_000 });
    t.ok(Date.now() - begun < 15_000, `it took ${Date.now() - begun} ms`);
    await app.until(
      'the way back to end',
      ({ phase, release }) => phase === 'Succeeded' && release?.path === 'wayBack',
    );
    t.ok(await app.told('WayBack'));
    const again = await app.release('1.4.1');
    t.equal(again.release?.path, 'canary', 'GitOps applying it again does not get it past the gate');
    await app.phase('Succeeded', 90_000);
    await servedAll(t, load);
    await app.delete();
  },
);

t.test('the revert of a release that crashes in its promotion passes at once', async (t) => {
  const app = await App.enrolled(rig, 'revert', {
    replicas: 3,
    annotations: { 'step-weights': '50' },
    change: (deployment) => {
      deployment.spec.minReadySeconds = 4;
    },
  });
  const load = app.load(50);
  await app.release('1.4.2-crash-after-30s');
  await app.phase('Promoting', 90_000);
  await waitFor('pods of both versions', async () => (await app.stableTags()).length === 2);
  const { stderr } = await app.setImage('1.4.0');
  t.notMatch(stderr, /refused|denied/i);
  await app.phase(['Initialized', 'Succeeded'], 60_000);
  t.same(await app.stableTags(), ['1.4.0']);
  await load.stop();
  await app.delete();
});
