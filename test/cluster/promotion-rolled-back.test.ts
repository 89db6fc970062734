import t, { type Test } from 'tap';
import type { CanaryStatus } from '../../src/rollout/machine/status.ts';
import { isFailure, openRig } from '../rig/rig.ts';
import { App } from './support/app.ts';
import { servedAll } from './support/failures.ts';
import { steer } from './support/headgate.ts';

const rig = openRig();
t.teardown(() => rig.close());

/** Pods come one after the other, and each takes its time. */
const SLOW = (deployment: { spec: Record<string, unknown> }): void => {
  deployment.spec['minReadySeconds'] = 4;
  deployment.spec['progressDeadlineSeconds'] = 8;
};
const METRICS = '- {name: request-success-rate, thresholdRange: {min: 99}, interval: 4s}';

const appNamed = (prefix: string): Promise<App> =>
  App.enrolled(rig, prefix, {
    replicas: 3,
    annotations: { 'step-weights': '50', interval: '2s', threshold: '2', metrics: METRICS },
    change: SLOW,
  });

/** The running version has all pods, and the failed one is held with its verdict. */
async function isBack(t: Test, app: App, tag: string): Promise<void> {
  const { metadata, spec } = await app.deployment();
  t.same(await app.stableTags(), ['1.4.0'], 'what ran before runs');
  t.match(spec.template.spec.containers[0].image, tag, 'what failed stands in the spec, as its user wrote it');
  t.match(JSON.parse(metadata.annotations['headgate.dev/held']), { verdict: 'failed' }, 'held with the verdict');
  t.equal(metadata.annotations['headgate.dev/rolling'], undefined);
  t.equal((await app.canaryDeployment()).spec.replicas, 0, 'the canary is at zero');
}

/** The status as it rolls back. Where no pod of the version before is gone yet, that is over before a poll need see it: a watch does. */
async function rollingBack(app: App): Promise<CanaryStatus> {
  const { metadata } = await app.record();
  const canaries = app.recordPath.slice(0, app.recordPath.lastIndexOf('/'));
  const changes = rig.api.watch(canaries, metadata.resourceVersion, AbortSignal.timeout(90_000));
  for await (const { object } of changes) {
    if (object.status?.phase === 'Promoting' && object.status.release?.outcome === 'failed') return object.status;
  }
  throw new Error('the API server ended the watch before anything rolled back');
}

t.test('a version that fails as it is promoted is rolled back without anybody', async (t) => {
  const tag = '1.4.1-errors-promoted';
  const app = await appNamed('promoted');
  const load = app.load(150);
  await app.setImage(tag);
  const { canaryWeight } = await rollingBack(app);
  t.equal(canaryWeight, 50, 'the canary, which is good, keeps its traffic meanwhile');
  const { release } = await app.phase('Failed', 90_000);
  await load.stop();
  t.equal(release?.reason, 'ThresholdReached');
  t.match(await app.told('ThresholdReached'), /request-success-rate of the Deployment .*; the Deployment rolls back/);
  await isBack(t, app, tag);
  const failed = load.samples.filter(isFailure);
  t.ok(failed.length > 0, 'it did answer badly');
  t.same(
    failed.filter(({ status }) => status !== 500),
    [],
    'and nothing else failed',
  );
  const { release: failedRelease } = await app.status();
  await app.apply(app.manifest(tag));
  await app.kubectl(['annotate', `deployment/${app.name}`, 'team=a']);
  const { phase, release: again } = await app.status();
  t.same([phase, again?.startedAt], ['Failed', failedRelease?.startedAt], 'who applies it again changes nothing');
  await app.delete();
});

t.test('abort takes a promotion back, under way or stalled', async (t) => {
  const app = await appNamed('aborted');
  const load = app.load(100);
  const stuck = '1.4.1-unready-promoted';
  await app.setImage(stuck);
  await app.phase('Stalled', 90_000);
  t.equal((await steer(app, 'abort')).code, 0);
  await app.phase('Failed', 90_000);
  await isBack(t, app, stuck);

  await app.setImage('1.4.2');
  await app.phase('Promoting', 60_000);
  t.equal((await steer(app, 'abort')).code, 0);
  await app.phase('Failed', 60_000);
  await isBack(t, app, '1.4.2');
  await servedAll(t, load);
  const reasons = await app.reasons();
  t.equal(reasons.filter((reason) => reason === 'Aborted').length, 2);
  t.notOk(reasons.includes('WentAround'), 'nothing went around the gate');
  await app.delete();
});
