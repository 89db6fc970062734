import t from 'tap';
import { type Json, openRig, waitFor } from '../rig/rig.ts';
import { App } from './support/app.ts';
import { addressOf, applyExample, type Stead } from './support/example.ts';
import { servedAll } from './support/failures.ts';
import { Inbox } from './support/inbox.ts';

/** What stands in manifests/examples, applied in the order of its pages; each time a version is released with it. */
const TOKEN = 'a-token-for-tests';
const SLACK = 'https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX';

const rig = openRig();
const inbox = new Inbox('10.244.255.77');
t.before(() => inbox.open());
t.teardown(async () => {
  await inbox.close();
  await rig.close();
});

/** Once the gate is shut and the gateway answers. */
async function enrolled(app: App): Promise<void> {
  await app.phase(['Initialized', 'Succeeded']);
  await app.until('to be enrolled', ({ conditions }) =>
    conditions.some(({ type, status }) => type === 'Enrolled' && status === 'True'),
  );
  const answers = async () => (await rig.gateway.request({ host: app.host })).status === 200;
  await waitFor(`the gateway to answer for ${app.host}`, answers);
}

t.test('a Deployment is released by its annotations', async (t) => {
  const app = await App.in(rig, 'example');
  await applyExample(app, 'annotations');
  await enrolled(app);
  const load = app.load(40);
  await app.release('6.7.1');
  await app.phase('Succeeded', 90_000);
  t.same(await app.stableTags(), ['6.7.1']);
  await servedAll(t, load);
  await app.delete();
});

t.test('a Canary, its load, its approvals and who is told', async (t) => {
  const app = await App.in(rig, 'example');
  await applyExample(app, 'load-tester');
  const stead: Stead = {
    'http://headgate-loadtester': await addressOf(app, 'headgate-loadtester'),
    // What a Service's name leads to inside a mesh, the gateway does for its host.
    'http://podinfo:9898/': `-host ${app.host} ${rig.mesh.gatewayUrl}/`,
  };

  await t.test('no traffic is needed: it sends its own', async (t) => {
    await applyExample(app, 'canary', stead);
    await enrolled(app);
    await waitFor('the autoscaler’s least', async () => (await app.deployment()).spec.replicas === 2);
    await app.release('6.7.1');
    await app.phase('Succeeded', 90_000);
    t.same(await app.stableTags(), ['6.7.1']);
    t.notOk((await app.reasons()).includes('NoTraffic'));
  });

  await t.test('it waits for an approval', async (t) => {
    await app.kubectl([
      'create',
      'secret',
      'generic',
      'headgate-gates',
      `--from-literal=token=${TOKEN}`,
      '--from-literal=redis-password=none',
    ]);
    const redis = { 'redis://headgate-redis.headgate:6379': rig.file.redis.url };
    // The gates' address is known once they run; the canary's once it does.
    const unknown = { 'http://headgate-gates': 'http://10.244.255.254' };
    await applyExample(app, 'approvals', { ...stead, ...redis, ...unknown });
    const gates = await addressOf(app, 'headgate-gates');
    const [{ status } = {}] = await app.stablePods();
    const acceptance = { 'http://podinfo-canary:9898': `http://${status.podIP}:9898` };
    await applyExample(app, 'approvals', { ...stead, ...redis, ...acceptance, 'http://headgate-gates': gates });
    await app.release('6.7.2');
    await app.atWeight(50);
    t.match(await app.told('WaitingForApproval'), /hook approval answered 403/);
    t.equal((await app.status()).canaryWeight, 50, 'at its last weight');
    t.same(await app.stableTags(), ['6.7.1']);
    const answer = await fetch(`${gates}/gate/open`, {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKEN}` },
      body: JSON.stringify({ name: app.name, namespace: app.namespace }),
    });
    t.equal(answer.status, 202);
    await app.phase('Succeeded', 90_000);
    t.same(await app.stableTags(), ['6.7.2']);
  });

  await t.test('who wants to know is told', async (t) => {
    await applyExample(app, 'alerts', { ...stead, [SLACK]: inbox.url('slack', 'example') });
    await app.release('6.7.3');
    await app.phase('Succeeded', 90_000);
    const channels = () => inbox.taken('example').map(({ body }: { body: Json }) => body.channel as string);
    await waitFor('a new revision and its promotion to be told', () => channels().length >= 2);
    t.ok(
      channels().every((channel) => channel === '#releases'),
      'nothing failed: those on call are not told',
    );
  });
  await app.delete();
});
