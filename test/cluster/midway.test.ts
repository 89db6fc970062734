import t from 'tap';
import { openRig, waitFor } from '../rig/rig.ts';
import { App } from './support/app.ts';
import { servedAll } from './support/failures.ts';
import { namesOf } from './support/objects.ts';

const rig = openRig();
t.teardown(() => rig.close());

/** Stays at 30 % for as long as a test needs. */
const AT_30 = { annotations: { 'step-weights': '30,60', interval: '10m' } };

// Each has an app of its own.
t.jobs = 3;

t.test('scaling in mid-release scales the running version, and the canary with it', async (t) => {
  const app = await App.enrolled(rig, 'scale', { ...AT_30, replicas: 3 });
  await app.release('1.4.1');
  await app.atWeight(30);
  t.equal((await app.canaryDeployment()).spec.replicas, 1);
  await app.kubectl(['scale', `deployment/${app.name}`, '--replicas=6']);
  await waitFor('six pods of the running version', async () => (await app.stablePods()).length === 6);
  t.same(await app.stableTags(), ['1.4.0']);
  await waitFor('a canary for six', async () => (await app.canaryDeployment()).spec.replicas === 2);
  // As the HPA controller does.
  await rig.api.patch(`${app.path('deployments', app.name)}/scale`, { spec: { replicas: 4 } });
  await waitFor('four pods of the running version', async () => (await app.stablePods()).length === 4);
  t.equal(
    (await app.canaryDeployment()).spec.replicas,
    2,
    'the canary keeps its size: an autoscaler sees only part of the traffic',
  );
  t.equal((await app.status()).phase, 'Progressing');
  t.equal((await app.status()).canaryWeight, 30);
  await app.delete();
});

t.test('scaled to zero and back while held: the running version comes back, the release starts again', async (t) => {
  const app = await App.enrolled(rig, 'zero', AT_30);
  // A version that ran once leaves an empty ReplicaSet, which the Deployment controller would prefer.
  await app.release('1.4.1');
  await app.atWeight(30);
  await app.command('promote');
  await app.phase('Succeeded', 60_000);
  await app.release('1.4.2');
  await app.atWeight(30);
  await app.kubectl(['scale', `deployment/${app.name}`, '--replicas=0']);
  await app.phase('Waiting');
  await waitFor('no pods', async () => (await app.stablePods()).length === 0);
  await waitFor('no canary', async () => (await app.canaryDeployment()).spec.replicas === 0);
  await app.kubectl(['scale', `deployment/${app.name}`, '--replicas=2']);
  await waitFor('two pods', async () => (await app.stablePods()).length === 2);
  t.same(await app.stableTags(), ['1.4.1'], 'of the version that ran');
  const status = await app.atWeight(30);
  t.equal(status.phase, 'Progressing', 'the release goes on from the start');
  await app.delete();
});

t.test('stable pods that are killed while held come back as the running version', async (t) => {
  const app = await App.enrolled(rig, 'killed', AT_30);
  await app.release('1.4.1');
  await app.atWeight(30);
  const [first] = await app.stablePods();
  await app.kubectl(['delete', 'pod', first.metadata.name, '--wait=false']);
  await waitFor('another pod', async () => {
    const pods = await app.stablePods();
    return pods.length === 2 && pods.every((pod) => pod.metadata.uid !== first.metadata.uid);
  });
  t.same(await app.stableTags(), ['1.4.0']);
  t.equal((await app.status()).phase, 'Progressing');
  await app.delete();
});

t.test('the stable ReplicaSet is deleted while held: it comes back from the copy', async (t) => {
  const app = await App.enrolled(rig, 'gone', AT_30);
  // An older version, whose ReplicaSet the Deployment controller scales up in its place.
  await app.release('1.4.1');
  await app.atWeight(30);
  await app.command('promote');
  await app.phase('Succeeded', 60_000);
  await app.release('1.4.2');
  await app.atWeight(30);
  const [pod] = await app.stablePods();
  const owner = pod.metadata.ownerReferences[0].name;
  await app.kubectl(['delete', 'replicaset', owner, '--wait=false']);
  await waitFor('only the running version, in full', async () => {
    const tags = await app.stableTags();
    const pods = await app.stablePods();
    return (
      tags.join() === '1.4.1' &&
      pods.length === 2 &&
      pods.every((one) =>
        one.status.conditions?.some((c: { type: string; status: string }) => c.type === 'Ready' && c.status === 'True'),
      )
    );
  });
  t.ok(await app.told('StableRestored'), 'it is told');
  t.equal((await app.status()).phase, 'Progressing');
  await app.delete();
});

t.test(
  'kubectl rollout restart: refused by kubectl while held; a restart of a running app passes without a canary',
  async (t) => {
    const app = await App.enrolled(rig, 'restart', AT_30);
    const pods = await app.stablePodIds();
    await app.kubectl(['rollout', 'restart', `deployment/${app.name}`]);
    await app.kubectl(['rollout', 'status', `deployment/${app.name}`, '--timeout=60s']);
    t.equal((await app.stablePodIds()).filter((id) => pods.includes(id)).length, 0, 'all pods are new');
    t.equal((await app.status()).phase, 'Initialized', 'no release began');
    await app.release('1.4.1');
    await app.atWeight(30);
    const { stderr } = await app.kubectl(['rollout', 'restart', `deployment/${app.name}`], { expectFail: true });
    t.match(stderr, /paused/);
    await app.delete();
  },
);

t.test('opting out: refused while held; afterwards traffic goes on and nothing of Headgate is left', async (t) => {
  const app = await App.enrolled(rig, 'out', AT_30);
  const load = app.load(50);
  await app.release('1.4.1');
  await app.atWeight(30);
  const off = ['annotate', `deployment/${app.name}`, 'headgate.dev/canary-'];
  const { stderr } = await app.kubectl(off, { expectFail: true });
  t.match(stderr, /held/, 'refused while a revision is held');
  await app.release('1.4.0');
  await app.phase('Initialized');
  const pods = await app.stablePodIds();
  await app.kubectl(off);
  await waitFor('the record to be gone', async () => (await app.record()) === undefined);
  await waitFor('the canary to be gone', async () => (await app.canaryDeployment()) === undefined);
  await waitFor('Envoy to know only the Service', async () => {
    const weights = await app.envoyWeight();
    return weights[app.name] === 100 && weights[`${app.name}-canary`] === undefined;
  });
  await servedAll(t, load);
  t.same(await app.stablePodIds(), pods, 'no pod was touched');
  t.notOk((await app.deployment()).metadata.labels['headgate.dev/enrolled']);
  await app.setImage('1.4.1');
  await app.kubectl(['rollout', 'status', `deployment/${app.name}`, '--timeout=60s']);
  t.same(await app.stableTags(), ['1.4.1'], 'a change rolls out as in any Deployment');
  await app.delete();
});

/** All that there is for an app. */
const MADE = ['deployments', 'replicasets', 'pods', 'virtualservices', 'canaries', 'services'] as const;

t.test('the Deployment is deleted at 30 %: everything that was made for it goes too', async (t) => {
  const app = await App.enrolled(rig, 'deleted', AT_30);
  await app.release('1.4.1');
  await app.atWeight(30);
  await app.kubectl(['delete', `deployment/${app.name}`]);
  await waitFor('nothing to be left', async () => (await namesOf(app, MADE)).length === 0, { timeoutMs: 60_000 });
  t.pass('nothing is left');
  await app.delete();
});

t.test(
  'commands: pause keeps the weight, resume goes on, abort takes it back, retry tries again, revert gives up',
  async (t) => {
    const app = await App.enrolled(rig, 'orders', { annotations: { 'step-weights': '20,40', interval: '6s' } });
    const load = app.load(50);
    await app.release('1.4.1');
    await app.atWeight(20);
    await app.command('pause');
    await app.phase('Paused');
    t.equal((await app.status()).canaryWeight, 20);
    await app.command('resume');
    await app.atWeight(40);
    await app.command('abort');
    await app.phase('Failed');
    t.equal((await app.status()).canaryWeight, 0);
    await app.command('retry');
    await app.atWeight(20);
    await app.command('revert');
    await app.phase('Initialized');
    const deployment = await app.deployment();
    t.equal(
      deployment.spec.template.spec.containers[0].image,
      'podinfo:1.4.0',
      'the running template is back in the Deployment',
    );
    await servedAll(t, load);
    await app.delete();
  },
);
