import { execFileSync } from 'node:child_process';
import t from 'tap';
import { GrpcClient, PODINFO_INFO, tagIn, textOf } from './grpc.ts';
import { type Json, openRig, waitFor } from './rig.ts';
import { podinfoGrpc } from './selftest/mesh-objects.ts';
import { deployment } from './selftest/objects.ts';

const rig = openRig();
const namespace = await rig.createNamespace('rig-agent');

t.teardown(async () => {
  await rig.api.delete(`/api/v1/namespaces/${namespace}`);
  await rig.close();
});

const pods = `/api/v1/namespaces/${namespace}/pods`;

/** The first container's status of the one pod of an app, once `until` holds. */
async function container(app: string, what: string, until: (status: Json) => unknown): Promise<Json> {
  const status = async () =>
    (await rig.api.list(`${pods}?labelSelector=app=${app}`))[0]?.['status'].containerStatuses?.[0];
  return waitFor(what, async () => {
    const now = await status();
    return now && until(now) ? now : undefined;
  });
}

async function run(app: string, tag: string): Promise<void> {
  await rig.api.create(`/apis/apps/v1/namespaces/${namespace}/deployments`, deployment(app, tag, 1));
}

void t.test('a crashing image ends in CrashLoopBackOff and is never ready', async (t) => {
  await run('crash', '1.5.0-crash');
  const status = await container('crash', 'the second restart', ({ restartCount }) => restartCount >= 2);
  await container('crash', 'the back-off', ({ state }) => state.waiting?.reason === 'CrashLoopBackOff');
  t.equal(status.ready, false);
  t.equal(status.lastState.terminated.exitCode, 1);
});

void t.test('an image that crashes late is ready before', async () => {
  await run('late', '1.5.0-crash-after-2s');
  await container('late', 'readiness', ({ ready }) => ready);
  await container('late', 'the crash', ({ restartCount, ready }) => restartCount >= 1 && ready);
});

void t.test('an unknown tag is an image that cannot be pulled', async () => {
  await run('unknown', 'no-version');
  await container('unknown', 'the reason', ({ state }) => state.waiting?.reason === 'ErrImagePull');
});

void t.test('an unready image runs and does not become ready', async (t) => {
  await run('unready', '1.5.0-unready');
  await container('unready', 'the start', ({ state }) => state.running);
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  t.equal((await container('unready', 'its status', () => true)).ready, false);
});

void t.test('a hollow image is ready without a process', async (t) => {
  const object = deployment('hollow', '1.5.0', 1) as Json;
  object.spec.template.spec.containers[0].image = 'hollow:1.5.0';
  await rig.api.create(`/apis/apps/v1/namespaces/${namespace}/deployments`, object);
  await container('hollow', 'readiness', ({ ready }) => ready);
  const pod = (await rig.pods()).find(({ name }) => name.startsWith('hollow-'));
  t.equal(pod?.containers[0]?.pid, undefined);
});

void t.test('podinfo serves gRPC on every address of a network that its pod has alone', async (t) => {
  const deployments = `/apis/apps/v1/namespaces/${namespace}/deployments`;
  await rig.api.create(deployments, podinfoGrpc('own', '1.5.0', 2));
  const running = await waitFor('two ready pods', async () => {
    const found = (await rig.pods()).filter(({ name }) => name.startsWith('own-'));
    return found.length === 2 && found.every(({ containers }) => containers[0]?.ready) ? found : undefined;
  });
  const client = new GrpcClient();
  t.teardown(() => client.close());
  for (const { name, ip } of running) {
    const { body } = await client.call(`http://${ip}:9999`, { authority: ip, path: PODINFO_INFO });
    t.same([textOf(body), tagIn(PODINFO_INFO, body)], [name, '1.5.0'], 'the pod itself answers');
  }
  await rig.api.delete(`${deployments}/own`);
  const routes = () => execFileSync('ip', ['route', 'show', 'table', 'local']).toString();
  await waitFor('the networks to go', () => running.every(({ ip }) => !routes().includes(`${ip} `)), {
    timeoutMs: 60_000,
  });
});

void t.test('a liveness probe that fails restarts the container', async (t) => {
  await run('unhealthy', '1.5.0-unhealthy');
  const { lastState } = await container('unhealthy', 'the restart', ({ restartCount }) => restartCount >= 1);
  t.ok(lastState.terminated);
});

void t.test('a pod sees its configuration, its name and its account', async (t) => {
  const data = { greeting: 'from the ConfigMap' };
  const spec = {
    restartPolicy: 'Never',
    volumes: [{ name: 'config', configMap: { name: 'config' } }],
    containers: [
      {
        name: 'main',
        image: 'busybox',
        command: [
          'sh',
          '-c',
          'cat /etc/rig/greeting; echo; echo "$GREETING by $(NAME)"; hostname; cat $TOKENS/namespace',
        ],
        env: [
          { name: 'NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
          { name: 'GREETING', valueFrom: { configMapKeyRef: { name: 'config', key: 'greeting' } } },
          { name: 'TOKENS', value: '/var/run/secrets/kubernetes.io/serviceaccount' },
        ],
        volumeMounts: [{ name: 'config', mountPath: '/etc/rig' }],
      },
    ],
  };
  await rig.api.create(pods, { metadata: { name: 'reader' }, spec });
  const reason = async () =>
    (await rig.api.get(`${pods}/reader`))['status'].containerStatuses?.[0].state.waiting?.reason;
  await waitFor('the complaint', async () => (await reason()) === 'CreateContainerConfigError');
  await rig.api.create(`/api/v1/namespaces/${namespace}/configmaps`, { metadata: { name: 'config' }, data });
  await waitFor('its end', async () => (await rig.api.get(`${pods}/reader`))['status'].phase === 'Succeeded');
  const { stdout } = await rig.kubectl(['logs', '-n', namespace, 'reader']);
  t.equal(stdout, `from the ConfigMap\nfrom the ConfigMap by reader\nreader\n${namespace}`);
});
