import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { type Json, openRig, waitFor } from '../rig/rig.ts';
import { App } from './support/app.ts';
import { policyFor, untilRefused, untilTaken } from './support/policy.ts';
import { twoWindows } from './support/requests.ts';

const rig = openRig();
t.teardown(() => rig.close());
/** Most of each story is a look at twenty seconds. */
t.jobs = 3;

const WRITES = /^(create|update|patch|delete)$/;

t.test('a Service that cannot be created is tried again less and less', async (t) => {
  const app = await App.deploy(rig, 'no-service');
  const policy = policyFor(app.namespace, {
    ...{ apiGroup: '', resource: 'services', message: 'no Services here' },
    expression: 'object.metadata.name != "podinfo-canary"',
  });
  await rig.kubectl(['apply', '-f', '-'], { input: policy });
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'podinfo-canary' },
    spec: { ports: [{ port: 80 }] },
  };
  await untilRefused(app, service, 'no Services here');
  await app.enrol();
  await app.setImage('1.4.1');
  await waitFor(
    'the canary to have its pods',
    async () => (await app.canaryDeployment())?.status?.availableReplicas > 0,
  );
  // Another wish begins the count anew: the windows are over the same attempts however long the pods took.
  await app.kubectl(['scale', 'deployment/podinfo', '--replicas=3']);
  const from = Date.now();
  const [first, next] = await twoWindows(app, { resource: 'services', name: 'podinfo-canary', verb: WRITES }, from);
  t.ok(first >= 1 && first <= 5, `${first} attempts in ten seconds`);
  t.ok(next < first, `${next} in the next ten`);

  await rig.kubectl(['delete', '-f', '-'], { input: policy });
  await untilTaken(app, service);
  await app.kubectl(['scale', 'deployment/podinfo', '--replicas=2']);
  const path = `/api/v1/namespaces/${app.namespace}/services/podinfo-canary`;
  await waitFor('the Service, as somebody wanted something else', () => rig.api.find(path));
  await app.delete();
});

/** A controller that has its own idea of a route: it puts its weight back as soon as it sees another one. */
class Rewriter {
  readonly #app: App;
  readonly #weight: number;
  #isRunning = true;
  readonly #ended: Promise<void>;
  rewrites = 0;

  constructor(app: App, weight: number) {
    this.#app = app;
    this.#weight = weight;
    this.#ended = this.#run();
  }

  get #path(): string {
    return `/apis/networking.istio.io/v1/namespaces/${this.#app.namespace}/virtualservices/podinfo`;
  }

  async #run(): Promise<void> {
    while (this.#isRunning) {
      const route: Json = await this.#app.rig.api.get(this.#path);
      const weight: number = route.spec.http[0].route.find(isCanary)?.weight ?? 0;
      if (weight !== this.#weight) await this.#rewrite();
      await sleep(50);
    }
  }

  async #rewrite(): Promise<void> {
    const operations = [
      { op: 'replace', path: '/spec/http/0/route/0/weight', value: 100 - this.#weight },
      { op: 'replace', path: '/spec/http/0/route/1/weight', value: this.#weight },
    ];
    const as = '--as=system:serviceaccount:kube-system:rewriter';
    await this.#app.kubectl(['patch', 'virtualservice/podinfo', as, '--type=json', '-p', JSON.stringify(operations)]);
    this.rewrites += 1;
  }

  async stop(): Promise<void> {
    this.#isRunning = false;
    await this.#ended;
  }
}

const isCanary = ({ destination }: Json): boolean => String(destination.host).startsWith('podinfo-canary');

const ROUTE = { resource: 'virtualservices', name: 'podinfo' };

/** An app whose route may be written by somebody whom the policies let. */
async function rewritable(prefix: string, interval: string): Promise<App> {
  const app = await App.enrolled(rig, prefix, { annotations: { 'step-weights': '50', metrics: '[]', interval } });
  const subject = ['--clusterrole=cluster-admin', '--serviceaccount=kube-system:rewriter'];
  await app.kubectl(['create', 'rolebinding', 'rewriter', ...subject]);
  return app;
}

t.test(
  'a route that another controller rewrites at once is put back less and less, and stays once that ends',
  async (t) => {
    const app = await rewritable('rewritten', '2s');
    const from = Date.now();
    const rewriter = new Rewriter(app, 37);
    const [first, next] = await twoWindows(app, ROUTE, from);
    t.ok(rewriter.rewrites > 1, `rewritten ${rewriter.rewrites} times`);
    t.ok(first >= 2 && first <= 5, `${first} requests in ten seconds`);
    t.ok(next < first, `${next} in the next ten`);
    await rewriter.stop();
    await waitFor('the weight to be right', async () => (await app.envoyWeight())['podinfo'] === 100);
    await app.release('1.4.1');
    await app.phase('Succeeded', 120_000);
    t.same(await app.stableTags(), ['1.4.1'], 'a release after it is not slowed down');
    await app.delete();
  },
);

t.test('in mid-release too, and traffic that is to go back does so within seconds', async (t) => {
  const app = await rewritable('midway-rewritten', '60s');
  await app.release('1.4.1');
  await app.atWeight(50);
  const from = Date.now();
  const rewriter = new Rewriter(app, 80);
  const [first, next] = await twoWindows(app, { ...ROUTE, verb: WRITES }, from);
  t.ok(first >= 2 && first <= 5, `${first} writes in ten seconds`);
  t.ok(next < first, `${next} in the next ten`);
  await rewriter.stop();
  await waitFor(
    'the weight to be that of the release',
    async () => (await app.envoyWeight())['podinfo-canary'] === 50,
    {
      timeoutMs: 15_000,
    },
  );
  await app.command('abort');
  await app.phase('Failed');
  t.equal((await app.status()).canaryWeight, 0);
  await app.delete();
});
