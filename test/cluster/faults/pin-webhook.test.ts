import fc from 'fast-check';
import t from 'tap';
import { template } from '../../chart/render.ts';
import { Product } from '../../rig/product.ts';
import { type Json, openRig, waitFor } from '../../rig/rig.ts';
import { pinnedPods } from '../../rollout/pins/pods.ts';
import { ConfiguredApp, saying } from '../support/configured-app.ts';
import { killStablePods } from '../support/content.ts';
import { atLiveWeight } from '../support/live-weight.ts';
import { namesIn, referringPod } from '../support/pinned-pod.ts';

/** Names of snapshots that the webhook puts into pods, as where the API server has no policy for it. */
const rig = openRig();
const product = new Product(rig, { env: { HEADGATE_SECRETS: 'true' } });
await product.start();
const SECRETS = ['--set=secrets.enabled=true', '--set=redis.auth.existingSecret=headgate-redis'];
const apply = async (name: string, ...args: string[]): Promise<void> => {
  const input = await template(rig.program('helm3'), [...SECRETS, `--show-only=templates/${name}.yaml`, ...args]);
  await rig.kubectl(['apply', '--server-side', '-f', '-'], { input });
};
await apply('rbac');
await apply('config-pins');
t.setTimeout(240_000);
t.teardown(async () => {
  await product.stop();
  await rig.close();
});

/** What the API server would store. */
const specOf = async (namespace: string, pod: object): Promise<Json> =>
  (await rig.api.create(`/api/v1/namespaces/${namespace}/pods?dryRun=All`, pod as Json))['spec'];

/** Resolves once names are put in. */
const inForce = (namespace: string, what: string): Promise<unknown> =>
  waitFor(`${what} to be in force`, async () => {
    const pod = referringPod(namespace, 'configmap/app=app-1,secret/app=app-2');
    const spec = await specOf(namespace, pod);
    const names = namesIn({ spec });
    return names.includes('secret/app-2') && names.includes('configMap/app-1');
  });

/** Resolves once they are not any more: the API server learns a moment later who is there. */
const outOfForce = (namespace: string, what: string): Promise<unknown> =>
  waitFor(`${what} to be gone`, async () => {
    const spec = await specOf(namespace, referringPod(namespace, 'configmap/app=app-1'));
    return !namesIn({ spec }).includes('configMap/app-1');
  });

/** The token's volume has a random name. */
const withoutToken = (spec: Json): Json => JSON.parse(JSON.stringify(spec).replaceAll(/kube-api-access-\w+/g, 'token'));

t.test('the webhook makes of a pod what the policy makes of it', async (t) => {
  const namespace = await rig.createNamespace('pod-names');
  const pods = [
    referringPod(namespace, 'configmap/app=app-1,secret/app=app-2'),
    ...fc
      .sample(pinnedPods, { numRuns: 60, seed: 36 })
      .map((pod) => ({ ...pod, metadata: { ...pod.metadata, namespace } })),
  ];
  const specs = async (): Promise<Json[]> => {
    const made: Json[] = [];
    for (const pod of pods) made.push(withoutToken(await specOf(namespace, pod)));
    return made;
  };
  await inForce(namespace, 'the policy');
  const byPolicy = await specs();
  await rig.kubectl(['delete', 'mutatingadmissionpolicybinding', 'headgate-config-pins']);
  await outOfForce(namespace, 'the policy');
  const bare = await specs();
  await apply('webhook', '--set=configs.pinning=webhook');
  await inForce(namespace, 'the webhook');
  t.same(await specs(), byPolicy);
  t.notSame(bare, byPolicy, 'without either nothing is put in');
  const plain = { ...referringPod(namespace, ''), metadata: { name: 'plain', namespace } };
  await product.publish([]);
  await outOfForce(namespace, 'the webhook');
  t.ok(await specOf(namespace, plain), 'no pod waits for a webhook that is away');
  t.ok(await specOf(namespace, referringPod(namespace, 'configmap/app=app-1')), 'not even one that would ask it');
  await product.publish();
});

t.test('content is released by canary; pods that start while the webhook is away are told of', async (t) => {
  const one = await ConfiguredApp.deployed(rig, 'pin-webhook', 'one', {
    replicas: 2,
    annotations: { 'step-weights': '50', interval: '10m', metrics: '[]' },
  });
  const { app } = one;
  await app.enrol();
  const pinned = async () => (await app.status()).conditions.find(({ type }) => type === 'ConfigPinned');
  await app.command('pin');
  await atLiveWeight(app, 50);
  await app.command('promote');
  await app.phase('Succeeded');
  t.match(await pinned(), { status: 'True', reason: 'Pinned' });

  await one.say('two');
  await atLiveWeight(app, 50);
  await killStablePods(app);
  t.same(await one.heard(60), { stable: saying('one'), canary: saying('two') });
  await app.command('abort');
  await app.phase('Failed');

  await product.publish([]);
  await outOfForce(app.namespace, 'the webhook');
  await killStablePods(app);
  t.same(await one.heard(20), { stable: saying('two'), canary: [] }, 'without the webhook they take what there is');
  // The first of them may be told of before the second.
  await app.until('word of both pods that are not pinned', ({ conditions }) =>
    conditions.some(
      ({ type, status, reason, message }) =>
        type === 'ConfigPinned' &&
        status === 'False' &&
        reason === 'PodsUnpinned' &&
        /^2 pods of the running version .* kubectl delete pod/.test(message ?? ''),
    ),
  );
  await one.say('three');
  await app.until('the canary to fail', ({ release }) => release?.reason === 'ConfigUnpinned');
  await app.phase('Failed');

  await product.publish();
  await inForce(app.namespace, 'the webhook');
  await killStablePods(app);
  await app.until('word that all pods are pinned', ({ conditions }) =>
    conditions.some(({ type, status }) => type === 'ConfigPinned' && status === 'True'),
  );
  t.same(await one.heard(20), { stable: saying('one'), canary: [] });
  await app.delete();
});
