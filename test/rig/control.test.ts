import t from 'tap';
import { type Component, openRig, waitFor } from './rig.ts';
import { deployment, service, virtualService } from './selftest/objects.ts';

const rig = openRig();
const namespace = await rig.createNamespace('rig-control');
const host = `${namespace}.example.com`;
const path = `/apis/apps/v1/namespaces/${namespace}/deployments/podinfo`;

t.teardown(async () => {
  await rig.api.delete(`/api/v1/namespaces/${namespace}`);
  await rig.close();
});

async function settled(replicas: number): Promise<void> {
  const isSettled = async () => {
    const { status, metadata } = await rig.api.get(path);
    return status.observedGeneration === metadata.generation && status.availableReplicas === replicas;
  };
  await waitFor(`${replicas} pods`, isSettled, { timeoutMs: 90_000 });
}

const running = async () => (await rig.pods()).filter((pod) => pod.namespace === namespace);

const scale = (replicas: number) => rig.api.patch(path, { spec: { replicas } });

void t.test('an application behind the gateway', async () => {
  await rig.api.create(`/apis/apps/v1/namespaces/${namespace}/deployments`, deployment('podinfo', '1.4.0', 2));
  await rig.api.create(`/api/v1/namespaces/${namespace}/services`, service('podinfo'));
  const services = `/apis/networking.istio.io/v1/namespaces/${namespace}/virtualservices`;
  await rig.api.create(services, virtualService(host, { podinfo: 100 }));
  await settled(2);
  await waitFor('an answer', async () => (await rig.gateway.request({ host })).status === 200);
});

void t.test('scaling up and down under load loses no request', async (t) => {
  const load = rig.load({ host, rps: 200 });
  await scale(6);
  await settled(6);
  await scale(1);
  await settled(1);
  await waitFor('the end of five pods', async () => (await running()).length === 1);
  const { failures, total } = await load.stop();
  t.equal(failures, 0, `of ${total}`);
});

void t.test('pods and traffic outlive an API server that was killed', async (t) => {
  const [before] = await running();
  const load = rig.load({ host, rps: 50 });
  await rig.control('apiserver', 'kill');
  await rig.control('apiserver', 'start');
  await scale(3);
  await settled(3);
  t.equal((await load.stop()).failures, 0);
  const after = (await running()).find(({ name }) => name === before?.name);
  t.equal(after?.containers[0]?.pid, before?.containers[0]?.pid, 'the same process');
});

for (const component of [
  'redis',
  'prometheus',
  'exporter',
  'istiod',
  'envoy',
  'sidecar',
  'controllers',
] satisfies Component[]) {
  void t.test(`${component} can be killed and started`, async (t) => {
    const state = async () => (await rig.components()).find(({ name }) => name === component)?.state;
    await rig.control(component, 'kill');
    t.equal(await state(), 'stopped');
    await rig.control(component, 'start');
    t.equal(await state(), 'running');
  });
}

void t.test('a paused Prometheus does not answer until it is resumed', async (t) => {
  await rig.control('prometheus', 'pause');
  const query = rig.prometheus.query('vector(1)');
  const first = await Promise.race([query, new Promise((resolve) => setTimeout(() => resolve('silence'), 500))]);
  t.equal(first, 'silence');
  await rig.control('prometheus', 'resume');
  t.equal((await query)[0]?.value, 1);
});
