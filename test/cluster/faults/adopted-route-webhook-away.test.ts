import t from 'tap';
import { Product } from '../../rig/product.ts';
import { openRig, waitFor } from '../../rig/rig.ts';
import { App } from '../support/app.ts';
import { UserRoute, weightsOf } from '../support/user-route.ts';

/** A user's route while the webhook is away: what they write passes, and the scheduler mends what it moved. */
const rig = openRig();
const product = new Product(rig);
await product.start();
t.setTimeout(280_000);
t.teardown(async () => {
  await product.stop();
  await rig.close();
});

const SHARED = { podinfo: 80, 'podinfo-canary': 20 };

t.test('without the webhook a write passes, and the next tick gives the weights back', async (t) => {
  const app = await App.deploy(rig, 'mended');
  const route = await UserRoute.enrolled(app, { 'step-weights': '20', interval: '10m' });
  await app.release('1.4.1');
  await app.atWeight(20);
  await Promise.all(product.webhooks.map((webhook) => webhook.end()));
  await product.publish([]);

  const input = route.manifest(({ spec }) => {
    spec.http[0].timeout = '9s';
  });
  const writes: Record<string, string[]> = {
    'client-side apply': ['apply', '-f', '-'],
    'a replace, and so without label and annotation': ['replace', '-f', '-'],
    'server-side apply': ['apply', '--server-side', '--force-conflicts', '--field-manager=flux', '-f', '-'],
  };
  for (const [claim, words] of Object.entries(writes)) {
    const before = (await route.get()).metadata.generation;
    await app.kubectl(words, { input });
    const after = await waitFor(`${claim}: the weights to be back`, async () => {
      const object = await route.get();
      const isMended = object.metadata.labels['headgate.dev/role'] === 'adopted-route';
      return isMended && JSON.stringify(weightsOf(object)) === JSON.stringify([SHARED, {}, SHARED]) && object;
    });
    t.ok(after.metadata.generation >= before + 2, `${claim}: it was moved, and moved back`);
    t.match(after.spec.http, [{ timeout: '9s' }], `${claim}: all else is as it was written`);
  }
  const status = await app.atWeight(20);
  t.equal(status.phase, 'Progressing', 'the release goes on');
  t.notOk((await app.reasons()).includes('RouteGone'));

  await Promise.all(product.webhooks.map((webhook) => webhook.start()));
  await product.publish();
  const { generation } = (await route.get()).metadata;
  await app.kubectl(['apply', '-f', '-'], { input });
  t.equal((await route.get()).metadata.generation, generation, 'with it, nothing moves again');
  await app.delete();
});
