import { Redis } from 'ioredis';
import t from 'tap';
import { type Json, openRig, waitFor } from '../../rig/rig.ts';
import { App } from '../support/app.ts';
import { servedAll } from '../support/failures.ts';
import { isLeft, remainsOf } from '../support/left-behind.ts';
import { Release } from '../support/release.ts';

const rig = openRig();
/** With a Redis of its own, and a webhook on other ports of its nodes. */
const release = new Release(rig, {
  helm: 'helm3',
  ownRedis: true,
  values: {
    uninstallHook: { timeout: '8s' },
    webhook: { port: 9443, httpPort: 9080, hostNetwork: true },
  },
});
t.before(async () => {
  await rig.control('redis', 'stop');
  await release.install();
});
t.teardown(() => rig.close());

t.test('Redis takes those alone who know its password, which an upgrade keeps', async (t) => {
  const password = async (): Promise<string> => {
    const { data }: Json = await rig.api.get('/api/v1/namespaces/headgate/secrets/headgate-redis');
    return Buffer.from(data.password, 'base64').toString();
  };
  const before = await password();
  t.match(before, /^\w{32}$/);
  await release.upgrade('--set', 'redis.maxMemory=128mb');
  t.equal(await password(), before);
  const asked = async (password?: string) => {
    const redis = new Redis(rig.file.redis.url, { ...(password && { password }), retryStrategy: null });
    redis.on('error', () => undefined);
    return redis
      .config('GET', 'maxmemory')
      .then(String, (error: Error) => error.message)
      .finally(() => redis.disconnect());
  };
  await waitFor('the Redis of the upgrade', async () => (await asked(before)) === `maxmemory,${128 * 1024 ** 2}`);
  t.match(await asked(), /NOAUTH/);
  const redis = new Redis(rig.file.redis.url, { password: before });
  const queue = async () => (await redis.keys('bull:headgate:*')).length > 0;
  await waitFor('schedulers that were there before to use it', queue);
  redis.disconnect();
});

/** Stops or frees the making of pods in an app's namespace. */
const quota = (app: App) => `/api/v1/namespaces/${app.namespace}/resourcequotas`;
const forbidPods = (app: App) =>
  rig.api.create(quota(app), { metadata: { name: 'none' }, spec: { hard: { pods: '1' } } });
const allowPods = (app: App) => rig.api.delete(`${quota(app)}/none`);

const available = async (app: App): Promise<number> => (await app.deployment()).status.availableReplicas ?? 0;

t.test('traffic is not taken from a canary that serves alone; the uninstall fails, and can be repeated', async (t) => {
  const app = await App.enrolled(rig, 'alone', {
    annotations: { 'step-weights': '30', interval: '120s', metrics: '[]' },
    replicas: 1,
  });
  await app.setImage('1.4.1');
  await app.atWeight(30);
  await forbidPods(app);
  await app.kubectl(['delete', 'pods', '-l', `app=${app.name}`, '--wait=false']);
  await waitFor('no pod of the Deployment to be available', async () => (await available(app)) === 0);
  const { code } = await release.attempt('uninstall', 'headgate', '--timeout=120s');
  t.not(code, 0, 'Helm says that it failed');
  const pods: Json[] = await rig.api.list('/api/v1/namespaces/headgate/pods');
  const [job] = pods.filter(({ metadata }) => metadata.labels['job-name'] === 'headgate-uninstall');
  const { stdout } = await rig.kubectl(['logs', '-n', 'headgate', job?.metadata.name]);
  t.match(stdout, `${app.namespace}/${app.name}`, 'the log names the Deployment');
  t.match(stdout, 'only 0 of 1 pods of podinfo are available');
  t.equal((await app.envoyWeight())[`${app.name}-canary`], 30, 'the canary keeps its traffic');
  await app.setImage('1.4.2');
  t.ok((await app.deployment()).spec.paused, 'a change meanwhile is held too');

  await allowPods(app);
  // It would be tried again ever more seldom.
  await app.kubectl(['annotate', 'replicasets', '--all', 'again=now']);
  await waitFor('the Deployment’s pod', async () => (await available(app)) === 1, { timeoutMs: 60_000 });
  await release.uninstall();
  await isLeft(t, app, '1.4.0');
  t.notOk((await app.deployment()).spec.paused, 'not paused');
  t.same(await remainsOf(app, release.namespace), []);
});

t.test('without hooks everything stays as it is, and the next installation goes on with it', async (t) => {
  await release.install();
  const app = await App.enrolled(rig, 'going-on', {
    annotations: { 'step-weights': '30,60', interval: '5s', metrics: '[]' },
  });
  const load = app.load(30);
  await app.setImage('1.4.1');
  await app.atWeight(30);
  await release.uninstall('--no-hooks');
  const { spec, metadata } = await app.deployment();
  t.ok(spec.paused && metadata.annotations['headgate.dev/held'], 'held');
  await release.install();
  await app.phase('Succeeded');
  t.same(await app.stableTags(), ['1.4.1']);
  await servedAll(t, load);
});
