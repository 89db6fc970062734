import { readFileSync } from 'node:fs';
import t from 'tap';
import type { CanaryStatus } from '../../../src/rollout/machine/status.ts';
import { template } from '../../chart/render.ts';
import { Product } from '../../rig/product.ts';
import { openRig, waitFor } from '../../rig/rig.ts';
import { allOfRedis } from '../support/all-of-redis.ts';
import { ConfiguredApp, saying, secretOf } from '../support/configured-app.ts';
import { killStablePods, pinsOfApp, snapshotsAround } from '../support/content.ts';
import { servedAll } from '../support/failures.ts';
import { atLiveWeight } from '../support/live-weight.ts';
import { namesIn, referringPod } from '../support/pinned-pod.ts';

/** Content of ConfigMaps and Secrets that is released, on one rig where Headgate may read both. */
const rig = openRig();
const product = new Product(rig, { env: { HEADGATE_SECRETS: 'true' } });
await product.start();
const withSecrets = await template(rig.program('helm3'), [
  '--set=secrets.enabled=true',
  '--set=redis.auth.existingSecret=headgate-redis',
  '--show-only=templates/rbac.yaml',
  '--show-only=templates/config-pins.yaml',
]);
await rig.kubectl(['apply', '--server-side', '-f', '-'], { input: withSecrets });
t.setTimeout(280_000);
t.teardown(async () => {
  await product.stop();
  await rig.close();
});

/** A release stays at its weight until a command ends it. */
const STAYING = { 'step-weights': '50', interval: '10m', metrics: '[]' };

/** All that a ConfigMap may hold, in bytes. */
const MOST_CONTENT = 1_048_576;

/** A pod with these pins, as it would be. */
const wouldBe = (namespace: string, pins: string) =>
  rig.api.create(`/api/v1/namespaces/${namespace}/pods?dryRun=All`, referringPod(namespace, pins));

t.test('names are put into a pod wherever it refers to what is pinned, and nowhere else', async (t) => {
  const namespace = await rig.createNamespace('pins');
  const create = (pins: string) => wouldBe(namespace, pins);
  const pod = referringPod(namespace, '');
  const names = { 'configMap/app': 'configMap/app-1', 'secret/app': 'secret/app-2' } as Record<string, string>;
  const made = await waitFor('the policy to be in force', async () => {
    const answer = await create('configmap/app=app-1,secret/app=app-2');
    return namesIn(answer).includes('secret/app-2') && answer;
  });
  t.same(
    namesIn(made),
    namesIn(pod).map((name) => names[name] ?? name),
  );
  t.same(namesIn(await create('configmap/unknown=x')), namesIn(pod), 'pins of others change nothing');
  t.same(namesIn(await create('words, = ,,=')), namesIn(pod), 'words that are no pins keep no pod from starting');
});

/** Everything that Headgate wrote or logged, but the copies themselves. */
async function written({ app }: ConfiguredApp): Promise<string> {
  const lists = [
    rig.api.list(`/api/v1/namespaces/${app.namespace}/events`),
    rig.api.list(app.path('deployments')),
    rig.api.list(app.path('replicasets')),
    rig.api.list(`/apis/headgate.dev/v1/namespaces/${app.namespace}/canaries`),
  ];
  const logs = [...product.webhooks, ...product.schedulers].map(({ logFile }) => readFileSync(logFile, 'utf8'));
  return [JSON.stringify(await Promise.all(lists)), await allOfRedis(rig.file.redis.url), ...logs].join('\n');
}

t.jobs = 2;
const moved = t.test(
  'content that changes in mid-promotion comes after it; without Headgate pods run on what there is',
  { buffered: true },
  async (t) => {
    const one = await ConfiguredApp.deployed(rig, 'moving', 'one', { replicas: 3, annotations: STAYING });
    const { app } = one;
    await app.kubectl(['patch', `deployment/${app.name}`, '--type=merge', '-p={"spec":{"minReadySeconds":3}}']);
    await app.enrol();
    const load = app.load(30);
    await app.command('pin');
    await atLiveWeight(app, 50);
    await app.command('promote');
    await app.phase('Succeeded');

    await one.say('two');
    const { revision } = await atLiveWeight(app, 50);
    await app.command('promote');
    await waitFor('the promotion to be under way', async () => {
      const { status } = await app.deployment();
      return status.replicas > status.updatedReplicas && status.updatedReplicas > 0;
    });
    await one.say('three');
    await app.until('the release of the content that came later', (status) => status.revision !== revision);
    await atLiveWeight(app, 50);
    t.same(await one.heard(60), { stable: saying('two'), canary: saying('three') });
    await app.command('abort');
    await app.phase('Failed');
    await app.command('revert');
    await app.phase('Initialized');
    t.same(await one.heard(20), { stable: saying('two'), canary: [] });

    await app.kubectl(['annotate', `deployment/${app.name}`, 'headgate.dev/canary-']);
    await waitFor('the record to be gone', async () => (await app.record()) === undefined);
    await waitFor('its pins to be gone', async () => (await pinsOfApp(app)) === '');
    await app.kubectl(['rollout', 'status', `deployment/${app.name}`, '--timeout=60s']);
    await waitFor('all answers from pods on what the objects say', async () => {
      const { stable } = await one.heard(20);
      return stable.join() === saying('three').join();
    });
    await servedAll(t, load);
    await app.delete();
  },
);

t.test('content is released by canary, and each pod keeps its own', { buffered: true }, async (t) => {
  const one = await ConfiguredApp.deployed(rig, 'config', 'one', { replicas: 3, annotations: STAYING });
  const { app } = one;
  const other = await ConfiguredApp.beside(one, { name: 'other', annotations: STAYING });
  await Promise.all([app.enrol(), other.app.enrol()]);
  const pinned = async () => (await app.status()).conditions.find(({ type }) => type === 'ConfigPinned');
  t.match(await pinned(), { status: 'False', reason: 'NotPinned' });

  await app.setImage('1.4.1');
  await other.app.command('pin');
  for (const each of [app, other.app]) {
    await each.atWeight(50);
    await each.command('promote');
    await each.phase('Succeeded');
  }
  t.match(await pinned(), { status: 'True', reason: 'Pinned' });
  t.same(await one.heard(20), { stable: saying('one'), canary: [] });
  t.equal((await snapshotsAround(app)).length, 6, 'three for each');

  const before = await pinsOfApp(app);
  await one.say('two');
  await app.until(
    'a release of the content',
    ({ release }) => release?.requestedBy.includes('ConfigMap variables') ?? false,
  );
  await atLiveWeight(app, 50);
  t.same(await one.heard(), { stable: saying('one'), canary: saying('two') });
  await killStablePods(app);
  await app.kubectl(['scale', `deployment/${app.name}`, '--replicas=2']);
  await app.kubectl(['scale', `deployment/${app.name}`, '--replicas=4']);
  await waitFor('four stable pods', async () => (await app.deployment()).status.readyReplicas === 4);
  t.same(await one.heard(), { stable: saying('one'), canary: saying('two') }, 'killed, scaled in and out');
  await other.app.command('abort');
  await app.command('promote');
  await app.phase('Succeeded');
  await other.app.phase('Failed');
  t.same(await one.heard(20), { stable: saying('two'), canary: [] });
  t.same(await other.heard(20), { stable: saying('one'), canary: [] }, 'another one keeps what it has');
  await waitFor('no more snapshots than are needed', async () => (await snapshotsAround(app)).length === 9);

  await app.kubectl(['rollout', 'restart', `deployment/${app.name}`]);
  await app.kubectl(['rollout', 'status', `deployment/${app.name}`, '--timeout=60s']);
  t.same(await one.heard(20), { stable: saying('two'), canary: [] }, 'a restart is no release');
  await app.apply(app.manifest('1.4.1'));
  t.not(await pinsOfApp(app), before);
  const { generation } = (await app.deployment()).metadata;
  await app.apply(app.manifest('1.4.1'));
  t.equal((await app.deployment()).metadata.generation, generation, 'what git says shows no drift');
  t.equal((await app.status()).phase, 'Succeeded');

  await one.say('bad', { large: 'x'.repeat(MOST_CONTENT - 'bad'.length) });
  await atLiveWeight(app, 50);
  await app.command('abort');
  await app.phase('Failed');
  t.same(await one.heard(20), { stable: saying('two'), canary: [] });
  await killStablePods(app);
  t.same(await one.heard(20), { stable: saying('two'), canary: [] }, 'failed content leaves no trace');
  t.equal((await app.status()).phase, 'Failed', 'and is not tried again');
  await app.command('retry');
  await atLiveWeight(app, 50);
  t.same(await one.heard(60), { stable: saying('two'), canary: saying('bad') }, 'but by command');
  await app.command('abort');
  await app.phase('Failed');
  await one.say('two');
  await app.phase('Initialized');

  await app.kubectl(['delete', 'configmap/variables', 'secret/db']);
  await killStablePods(app);
  t.same(await one.heard(20), { stable: saying('two'), canary: [] }, 'what was deleted runs on');
  await one.say('two');
  t.equal((await app.status()).phase, 'Initialized', 'made again with the same content, it is no release');

  const all = await written(one);
  const secrets = ['one', 'two', 'bad'].map(secretOf);
  t.ok(all.includes('bull:') && all.includes(app.namespace), 'Redis and the logs were read');
  const shown = secrets.flatMap((secret) => [secret, Buffer.from(secret).toString('base64')]);
  t.same(
    shown.filter((text) => all.includes(text)),
    [],
    'no byte of a Secret is written anywhere',
  );

  // The policy is that of both stories.
  await moved;
  await one.say('three');
  await atLiveWeight(app, 50);
  await rig.kubectl(['delete', 'mutatingadmissionpolicybinding', 'headgate-config-pins']);
  await waitFor('the policy to be gone', async () =>
    namesIn(await wouldBe(app.namespace, 'configmap/app=gone')).every((name) => name !== 'configMap/gone'),
  );
  t.same(await one.heard(), { stable: saying('two'), canary: saying('three') }, 'pods that run are what they were');
  await one.killCanaryPod();
  const { release: failed } = await app.phase('Failed');
  t.equal(failed?.reason, 'ConfigUnpinned', 'without the policy a canary that serves fails');
  await one.say('four');
  const isNext = ({ phase, release }: CanaryStatus) => phase === 'Failed' && release?.revision !== failed?.revision;
  const { release: next } = await app.until('the next content to fail', isNext);
  t.equal(next?.reason, 'ConfigUnpinned', 'and none gets traffic');
  t.same(await one.heard(20), { stable: saying('two'), canary: [] });
  await app.delete();
});
