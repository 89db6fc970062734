import t, { type Test } from 'tap';
import { openRig, waitFor } from '../rig/rig.ts';
import { App } from './support/app.ts';
import { PROMPT } from './support/checks.ts';

const rig = openRig();
t.teardown(() => rig.close());

interface Bad {
  tag: string;
  why: string;
  reason: string;
  annotations?: Record<string, string>;
}

const BAD: readonly Bad[] = [
  { tag: '1.4.2-errors', why: 'fails requests', reason: 'ThresholdReached' },
  { tag: '1.4.2-slow', why: 'answers slowly', reason: 'ThresholdReached', annotations: { metrics: PROMPT } },
  {
    tag: '1.4.2-unready',
    why: 'never gets ready',
    reason: 'ProgressDeadlineExceeded',
    annotations: { 'progress-deadline': '5s' },
  },
];

for (const { tag, why, reason, annotations } of BAD) {
  t.test(`a release that ${why} is kept out, and stays out`, async (t) => {
    const app = await App.enrolled(rig, 'bad', annotations ? { annotations } : {});
    const pods = await app.stablePodIds();
    const load = app.load(60);
    await app.apply(app.manifest(tag));
    const status = await app.phase('Failed', 120_000);
    await load.stop();
    t.ok(await app.told(reason), `for the reason ${reason}`);
    await t.test('nothing of it is left', async (t) => isOut(t, app, pods));
    const revision = status.revision;
    await t.test('the same manifest is not tried again', async (t) => {
      for (let round = 0; round < 3; round += 1) await applyAllWays(app, tag);
      const again = await app.status();
      t.equal(again.phase, 'Failed');
      t.equal(again.revision, revision);
      t.equal(again.release?.startedAt, status.release?.startedAt, 'no new release began');
      await isOut(t, app, pods);
    });
    await app.delete();
  });
}

/** Client-side, server-side and by replace: as people and tools re-apply what is in git. */
async function applyAllWays(app: App, tag: string): Promise<void> {
  const manifest = app.manifest(tag);
  await app.apply(manifest);
  await app.apply(manifest, ['--server-side', '--force-conflicts', '--field-manager=gitops']);
  await app.kubectl(['replace', '-f', '-'], { input: JSON.stringify(manifest) });
}

async function isOut(t: Test, app: App, pods: readonly string[]): Promise<void> {
  const deployment = await app.deployment();
  t.equal((await app.status()).canaryWeight, 0, 'weight 0');
  t.same((await app.envoyWeight())['podinfo-canary'] ?? 0, 0, 'Envoy sends it nothing');
  t.equal((await app.canaryDeployment()).spec.replicas, 0, 'canary at zero');
  t.same(await app.stablePodIds(), pods, 'the stable pods were never touched');
  t.match(deployment.metadata.annotations['headgate.dev/held'], /"verdict":"failed"/, 'the hold says so');
  t.equal(deployment.spec.paused, true, 'the gate is closed');
}

t.test('a canary that crashes at 30 % loses its traffic within 2 s', async (t) => {
  const app = await App.enrolled(rig, 'crash', { annotations: { 'step-weights': '30,60', interval: '20s' } });
  const pods = await app.stablePodIds();
  const load = app.load(60);
  await app.apply(app.manifest('1.4.2-crash-after-15s'));
  await app.atWeight(30);
  const lost = await waitFor('readiness to be lost', async () => {
    const canary = await app.canaryDeployment();
    return (canary.status.readyReplicas ?? 0) < 1 && Date.now();
  });
  await waitFor('traffic to be back', async () => ((await app.envoyWeight())['podinfo-canary'] ?? 0) === 0, {
    everyMs: 25,
  });
  const took = Date.now() - lost;
  t.ok(took < 2_000, `traffic was back ${took} ms after readiness was lost`);
  await app.phase('Failed');
  t.ok(await app.told('CanaryUnready'));
  await load.stop();
  await isOut(t, app, pods);
  await app.delete();
});
