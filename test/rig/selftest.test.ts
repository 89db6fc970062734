import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import { json } from 'node:stream/consumers';
import t from 'tap';
import { revisionOf } from './client/http.ts';
import { openRig, waitFor } from './rig.ts';
import { deployment, service, virtualService } from './selftest/objects.ts';

const rig = openRig();
const namespace = await rig.createNamespace('rig-selftest');
const host = `${namespace}.example.com`;

t.teardown(async () => {
  await rig.api.delete(`/api/v1/namespaces/${namespace}`);
  await rig.close();
});

const inNamespace = (group: string, plural: string): string => `/${group}/namespaces/${namespace}/${plural}`;
const deployments = inNamespace('apis/apps/v1', 'deployments');
const pods = inNamespace('api/v1', 'pods');

async function available(name: string, replicas: number): Promise<void> {
  const check = async () => (await rig.api.get(`${deployments}/${name}`))['status'].availableReplicas === replicas;
  await waitFor(`${replicas} available pods of ${name}`, check);
}

/** Requests per second by workload and response code, over the last 10 s. */
async function rates(): Promise<Record<string, number>> {
  const of = `istio_requests_total{reporter="destination",destination_workload_namespace="${namespace}"}`;
  const samples = await rig.prometheus.query(`sum(rate(${of}[10s])) by (destination_workload, response_code)`);
  return Object.fromEntries(
    samples.map(({ labels, value }) => [`${labels['destination_workload']} ${labels['response_code']}`, value]),
  );
}

void t.test('two revisions behind one host', async (t) => {
  await Promise.all([
    rig.api.create(deployments, deployment('podinfo', '1.4.0', 2)),
    rig.api.create(deployments, deployment('podinfo-canary', '1.4.1', 2)),
    rig.api.create(inNamespace('api/v1', 'services'), service('podinfo')),
    rig.api.create(inNamespace('api/v1', 'services'), service('podinfo-canary')),
    rig.api.create(
      inNamespace('apis/networking.istio.io/v1', 'virtualservices'),
      virtualService(host, { podinfo: 75, 'podinfo-canary': 25 }),
    ),
  ]);
  await Promise.all([available('podinfo', 2), available('podinfo-canary', 2)]);
  const weights = await waitFor('the weights in Envoy', async () => {
    const now = await rig.envoyWeight(`${namespace}/podinfo`);
    return now['podinfo-canary'] === 25 && now;
  });
  t.strictSame(weights, { podinfo: 75, 'podinfo-canary': 25 });
  t.strictSame(await rig.envoyWeight(host), weights, 'found by its host too');
});

void t.test('the shares of the answers are the weights', async (t) => {
  // The gateway hears of the weights, and of each one's pods, in pieces: an answer by one of them says nothing of the other.
  await waitFor('good answers of both', async () => {
    const answers = await Promise.all(Array.from({ length: 60 }, () => rig.gateway.request({ host })));
    return (
      answers.every(({ status }) => status === 200) && new Set(answers.map(({ body }) => revisionOf(body))).size === 2
    );
  });
  const load = rig.load({ host, rps: 300, maxMs: 30_000 });
  await waitFor('2400 answers', () => load.samples.length >= 2_400);
  const { total, byRevision } = await load.stop();
  const deviation = Math.sqrt(total * 0.25 * 0.75);
  t.same(
    load.samples.filter(({ status }) => status !== 200),
    [],
    'no request fails',
  );
  t.ok(
    Math.abs((byRevision['1.4.1'] ?? 0) - total / 4) < 5 * deviation,
    `${byRevision['1.4.1']} of ${total} by the canary`,
  );
  const seen = await waitFor('rates of both', async () => {
    const now = await rates();
    return now['podinfo 200'] && now['podinfo-canary 200'] && now;
  });
  t.ok((seen['podinfo 200'] ?? 0) > (seen['podinfo-canary 200'] ?? 0));
});

void t.test('failures count under the workload that failed alone', async (t) => {
  const image = { containers: [{ name: 'podinfo', image: 'podinfo:1.4.2-errors' }] };
  await rig.api.patch(`${deployments}/podinfo-canary`, { spec: { template: { spec: image } } }, 'strategic');
  const load = rig.load({ host, rps: 200, maxMs: 60_000 });
  await waitFor('5xx of the canary', async () => ((await rates())['podinfo-canary 500'] ?? 0) > 1, {
    timeoutMs: 40_000,
  });
  const seen = await rates();
  const { unanswered } = await load.stop();
  t.equal(seen['podinfo 500'], undefined);
  t.equal(unanswered, 0, 'replacing pods under load loses no request');
  const p99 = await rig.prometheus.query(
    `histogram_quantile(0.99, sum(rate(istio_request_duration_milliseconds_bucket{destination_workload_namespace="${namespace}"}[30s])) by (le))`,
  );
  t.ok((p99[0]?.value ?? 0) > 0, `P99 is ${p99[0]?.value} ms`);
});

void t.test('a deleted pod is replaced, a crashed one restarts', async (t) => {
  const list = () => rig.api.list(`${pods}?labelSelector=app=podinfo`);
  const [first, second] = await list();
  await rig.api.delete(`${pods}/${first?.metadata.name}`);
  const uids = async () => (await list()).map((pod) => pod.metadata.uid);
  await waitFor(
    'another pod',
    async () => (await uids()).length === 2 && !(await uids()).includes(first?.metadata.uid),
  );
  await available('podinfo', 2);
  await rig.crashPod(namespace, second?.metadata.name);
  const restarts = async () =>
    (await rig.api.get(`${pods}/${second?.metadata.name}`))['status'].containerStatuses[0].restartCount;
  t.equal(await waitFor('the restart', restarts), 1);
  await available('podinfo', 2);
});

void t.test('a webhook is reached through its Service', async (t) => {
  const { cert, key, caBundle } = await rig.certificate([`hook.${namespace}.svc`]);
  const server = await serveDenial({ cert: readFileSync(cert), key: readFileSync(key) });
  t.teardown(() => server.close());
  await rig.api.create(inNamespace('api/v1', 'services'), {
    metadata: { name: 'hook' },
    spec: { ports: [{ port: 443 }] },
  });
  await rig.api.create(inNamespace('apis/discovery.k8s.io/v1', 'endpointslices'), {
    metadata: { name: 'hook', labels: { 'kubernetes.io/service-name': 'hook' } },
    addressType: 'IPv4',
    ports: [{ port: 9443 }],
    endpoints: [{ addresses: ['10.244.255.10'], conditions: { ready: true } }],
  });
  const hooks = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations';
  await rig.api.create(hooks, denial(namespace, caBundle));
  t.teardown(() => rig.api.delete(`${hooks}/${namespace}`));
  const attempt = () =>
    rig.kubectl(['create', 'configmap', 'x', '-n', namespace, '--dry-run=server'], { expectFail: true });
  // Until the API server knows the Service and its endpoints, the call of the webhook fails.
  const denied = await waitFor('the denial', async () => {
    const { stderr } = await attempt();
    if (!stderr.includes('said the hook')) throw new Error(stderr);
    return stderr;
  });
  t.match(denied, /said the hook/);
});

void t.test('who asks, and how often, is in the audit log', async (t) => {
  const since = Date.now() - 1;
  await rig.client({ userAgent: 'rig-selftest' }).list(pods);
  t.equal(rig.audit.count({ sinceMs: since, userAgent: 'rig-selftest', verb: 'list', resource: 'pods' }), 1);
  const kubeconfig = await rig.serviceAccountKubeconfig(namespace, 'default');
  const { stderr } = await rig.kubectl(['get', 'pods'], { as: { kubeconfig }, expectFail: true });
  t.match(stderr, /forbidden/i, 'RBAC is on');
});

function denial(name: string, caBundle: string): object {
  return {
    metadata: { name },
    webhooks: [
      {
        name: 'hook.rig.test',
        admissionReviewVersions: ['v1'],
        sideEffects: 'None',
        clientConfig: { service: { namespace, name: 'hook', path: '/' }, caBundle },
        rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }],
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
      },
    ],
  };
}

async function deny(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { uid } = ((await json(request)) as { request: { uid: string } }).request;
  const review = { uid, allowed: false, status: { message: 'no, said the hook' } };
  response.end(JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response: review }));
}

function serveDenial(tls: { cert: Buffer; key: Buffer }): Promise<Server> {
  const server = createServer(tls, (request, response) => void deny(request, response));
  return new Promise((resolve) => server.listen(9443, '10.244.255.10', () => resolve(server)));
}
