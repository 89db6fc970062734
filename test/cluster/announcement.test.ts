import t from 'tap';
import { commandsOf, fences } from '../docs/console.ts';
import { normalised } from '../docs/output.ts';
import { page, section } from '../docs/pages.ts';
import { PodMetrics } from '../rig/pod-metrics.ts';
import { type Json, openRig, waitFor } from '../rig/rig.ts';
import type { Stead } from './support/example.ts';
import { aboutOf, Inbox } from './support/inbox.ts';
import { Walk } from './support/walk.ts';

/** What docs/announcement.md says, command by command: each is run, in the order of the page, and prints what stands there. */
const TEXT = page('docs/announcement.md');
const NAMESPACE = 'test';
const HOST = 'podinfo.example.com';
/** By this host the gateway leads to the canary's Service, as its name does in the mesh. */
const CANARY_HOST = 'podinfo-canary.test';
const GATEWAY = '/apis/networking.istio.io/v1/namespaces/istio-system/gateways/public-gateway';

const rig = openRig();
const podMetrics = new PodMetrics(rig);
const inbox = new Inbox('10.244.255.77');
const gateway = new URL(rig.mesh.gatewayUrl);

const CANARY_ROUTE = {
  ...{ apiVersion: 'networking.istio.io/v1', kind: 'VirtualService' },
  metadata: { name: 'name-of-the-canary', namespace: 'istio-system' },
  spec: {
    ...{ hosts: [CANARY_HOST], gateways: ['public-gateway'] },
    http: [
      { route: [{ destination: { host: `podinfo-canary.${NAMESPACE}.svc.cluster.local`, port: { number: 9898 } } }] },
    ],
  },
};

t.before(async () => {
  await Promise.all([inbox.open(), podMetrics.start()]);
  await rig.kubectl(['apply', '-f', '-'], { input: CANARY_ROUTE });
  // The page makes it.
  await rig.api.delete(GATEWAY);
});
t.teardown(async () => {
  await Promise.all([inbox.close(), podMetrics.stop()]);
  await rig.close();
});

/** The load tester's address, once it has one. */
async function loadTester(): Promise<string> {
  const selector = encodeURIComponent('app.kubernetes.io/name=headgate-loadtester');
  const pods: Json[] = await rig.api.list(`/api/v1/namespaces/${NAMESPACE}/pods?labelSelector=${selector}`);
  return pods[0]?.status.podIP ?? 'headgate-loadtester';
}

const stead = async (): Promise<Stead> => ({
  'helm upgrade': 'helm upgrade --values=values.json',
  'http://prometheus.istio-system:9090': rig.mesh.prometheusUrl,
  'https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX': inbox.url('slack', 'releases'),
  '- port: {number: 80,': `- bind: ${gateway.hostname}\n    port: {number: ${gateway.port},`,
  'http://headgate-loadtester.test/': `http://${await loadTester()}:8080/`,
  'http://podinfo.test:9898/': `-host ${HOST} ${gateway.origin}/`,
  'http://podinfo-canary:9898/': `-H Host:${CANARY_HOST} ${gateway.origin}/`,
});

t.test('each command prints what the page says', { bail: true }, async (t) => {
  const dir = t.testdir({});
  const examples = ['canary', 'load-tester'];
  const walk = new Walk(rig, { dir, page: TEXT, stead, examples, user: 'jane' });
  for (const step of commandsOf(TEXT)) {
    const began = Date.now();
    const { printed, asTold, code } = await walk.take(step);
    const told = { line: step.line, code, page: step.prints.map(normalised), printed: printed.map(normalised) };
    t.ok(asTold && code === 0, `${step.command} (${Date.now() - began} ms)`, told);
  }
});

t.test('the channel was told what the page says', async (t) => {
  const [block] = fences(section(TEXT, '## Slack'));
  const titles = () => inbox.taken('releases').map((arrival) => `podinfo.${NAMESPACE}: ${aboutOf(arrival)}`);
  await waitFor('all that is told', () => titles().length >= (block?.lines.length ?? 0));
  // Two of one moment may arrive in either order.
  t.same(titles().toSorted(), block?.lines.toSorted());
  t.match(inbox.taken('releases')[0]?.body, { channel: 'releases', username: 'headgate' });
});
