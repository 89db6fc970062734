import t from 'tap';
import { openRig } from '../rig/rig.ts';
import { App } from './support/app.ts';
import { servedAll } from './support/failures.ts';
import { shareOf, shareOver, underHold, WeightWatch } from './support/share.ts';

const rig = openRig();
t.teardown(() => rig.close());

t.test('a good release gets its weights step by step, is promoted, and fails no request', async (t) => {
  const app = await App.deploy(rig, 'good', { replicas: 3, annotations: { interval: '6s' } });
  const pods = await app.stablePodIds();
  await app.enrol();
  const before = await app.deployment();
  t.same(await app.stablePodIds(), pods, 'enrolment restarts no pod');

  const watch = new WeightWatch(app).start();
  const load = app.load(250);
  const { stderr, stdout } = await app.setImage('1.4.1');
  t.match(stderr + stdout, /held/, 'kubectl says that the revision is held');
  await app.phase('Succeeded', 120_000);
  const steps = await watch.stop();
  await servedAll(t, load);

  t.same(
    steps.map(({ weight }) => weight),
    [0, 10, 20, 30, 40, 50, 0],
    'Envoy had each weight of the plan, once',
  );
  const checks = underHold(app, steps)
    .filter(({ weight }) => weight > 0)
    .map((step) => shareOf(load, step, '1.4.1'));
  for (const { weight, requests, share, sigmas } of checks) {
    t.ok(requests >= 1_000, `${requests} requests at weight ${weight}`);
    t.ok(sigmas < 5, `share ${(share * 100).toFixed(1)} % at weight ${weight} is ${sigmas.toFixed(1)} sigma off`);
  }
  t.ok(shareOver(checks) < 4, `over the release: ${shareOver(checks).toFixed(1)} sigma`);

  const after = await app.deployment();
  t.equal(after.metadata.uid, before.metadata.uid, 'the same Deployment');
  t.same(after.metadata.labels, before.metadata.labels, 'the same labels');
  t.same(after.spec.selector, before.spec.selector, 'the same selector');
  t.same(await app.stableTags(), ['1.4.1'], 'which runs the new version');
  t.equal((await app.canaryDeployment()).spec.replicas, 0, 'the canary is at zero');
  await app.delete();
});

t.test('ten releases, side by side and one after the other, all end well', async (t) => {
  const apps = await Promise.all(
    Array.from({ length: 5 }, () => App.enrolled(rig, 'ten', { annotations: { 'step-weights': '20,50' } })),
  );
  const loads = apps.map((app) => app.load(20));
  for (const tag of ['1.4.1', '1.4.2']) {
    await Promise.all(
      apps.map(async (app) => {
        await app.release(tag);
        await app.phase('Succeeded', 120_000);
        t.same(await app.stableTags(), [tag], `${app.namespace} runs ${tag}`);
      }),
    );
  }
  for (const load of loads) {
    await servedAll(t, load);
  }
  await Promise.all(apps.map((app) => app.delete()));
});
