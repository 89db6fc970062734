import t from 'tap';
import type { CanaryStatus } from '../../../src/rollout/machine/status.ts';
import { Product, ProductProcess } from '../../rig/product.ts';
import { openRig, waitFor } from '../../rig/rig.ts';
import { ApiProxy } from '../support/api-proxy.ts';
import { App } from '../support/app.ts';
import { servedAll } from '../support/failures.ts';

const rig = openRig();
const product = new Product(rig, { schedulers: 0 });
const proxy = await new ApiProxy(rig).start();
let scheduler: ProductProcess;
t.before(async () => {
  await product.start();
  const KUBECONFIG = await proxy.kubeconfig('headgate', 'headgate-scheduler');
  scheduler = new ProductProcess(rig, { role: 'scheduler', ip: '10.244.255.20', env: { KUBECONFIG } });
  await scheduler.start();
});
t.teardown(async () => {
  await scheduler.end();
  await product.stop();
  await proxy.stop();
  await rig.close();
});

/** The scheduler ends, and the first weight is not over by then. */
const OPTIONS = { annotations: { 'step-weights': '20,40', interval: '4s' } };
const SOON_MS = 2_000;

/** Kinds of a namespace, listed or watched as they are for one release. */
const reads = ({ namespace }: App, ...kinds: string[]): RegExp =>
  new RegExp(`/namespaces/${namespace}/(${kinds.join('|')})(\\?|$)`);
/** All objects of some kinds: as without the right, or those that are watched for all releases together. */
const allReads = (...kinds: string[]): RegExp => new RegExp(`/(${kinds.join('|')})(/[^/?]+)?(\\?|$)`);

const unknownIn = ({ conditions }: CanaryStatus): string | undefined =>
  conditions.find(({ type }) => type === 'ObservationIncomplete')?.message;

/** A release at its first weight, whose scheduler starts anew without being able to read something. */
async function blinded(app: App, fault: 'hang' | 'forbid', paths: RegExp): Promise<void> {
  await app.setImage('1.4.1');
  await app.atWeight(20);
  await scheduler.end('SIGKILL');
  proxy.break(fault, { method: /GET/, path: paths });
  await scheduler.start();
  await app.until('what is not known to be told', (status) => unknownIn(status) !== undefined);
}

async function abortedSoon(app: App): Promise<number> {
  const askedAt = Date.now();
  await app.command('abort');
  await waitFor('the abort to be taken up', async () => (await app.status()).release?.outcome === 'failed', {
    everyMs: 50,
  });
  return Date.now() - askedAt;
}

for (const fault of ['hang', 'forbid'] as const) {
  t.test(
    `EndpointSlices (${fault}): the weight stays, and the release goes on when they can be read again`,
    async (t) => {
      const app = await App.enrolled(rig, 'blind', OPTIONS);
      const load = app.load(40);
      t.teardown(() => load.stop());
      await blinded(app, fault, allReads('endpointslices'));
      const { release } = await app.status();
      await app.until('two more checks', (status) => status.release?.checkAt !== release?.checkAt);
      const { checkAt } = (await app.status()).release ?? {};
      const held = await app.until('another', (status) => status.release?.checkAt !== checkAt);
      t.equal(held.release?.weight, 20, 'checks go on, and the weight stays');
      t.match(unknownIn(held), fault === 'hang' ? /does not answer/ : /may not read/, 'the status says why');
      proxy.mend();
      t.notOk(unknownIn(await app.phase('Succeeded', 120_000)), 'all is known at the end');
      await servedAll(t, load);
      await app.delete();
    },
  );
}

t.test(
  'a scheduler without the right to read Services and routes at all: an abort is taken up, and ends when it has it again',
  async (t) => {
    const app = await App.enrolled(rig, 'blind', OPTIONS);
    const load = app.load(40);
    t.teardown(() => load.stop());
    await blinded(app, 'forbid', allReads('services', 'virtualservices', 'destinationrules', 'poddisruptionbudgets'));
    const took = await abortedSoon(app);
    t.ok(took < SOON_MS, `it was taken up ${took} ms after it was asked for`);
    const { phase, canaryWeight } = await app.status();
    t.same(
      { phase, canaryWeight },
      { phase: 'Finalising', canaryWeight: 20 },
      'the route is not known, and keeps what it has',
    );
    t.equal((await app.canaryDeployment()).spec.replicas, 1, 'so do the pods');
    proxy.mend();
    t.equal((await app.phase('Failed')).canaryWeight, 0, 'the traffic goes back when it can be read');
    await servedAll(t, load);
    await app.delete();
  },
);

t.test('EndpointSlices hang: an abort is carried out at once', async (t) => {
  const app = await App.enrolled(rig, 'blind', OPTIONS);
  const load = app.load(40);
  t.teardown(() => load.stop());
  await blinded(app, 'hang', allReads('endpointslices'));
  const took = await abortedSoon(app);
  t.ok(took < SOON_MS, `it was taken up ${took} ms after it was asked for`);
  await waitFor('all traffic to be back', async () => ((await app.envoyWeight())[`${app.name}-canary`] ?? 0) === 0, {
    timeoutMs: 5_000,
  });
  t.equal((await app.phase('Failed')).canaryWeight, 0, 'the release ends, although they hang still');
  proxy.mend();
  await servedAll(t, load);
  await app.delete();
});

t.test(
  'Services, VirtualServices and DestinationRules hang: an abort takes the traffic back, the pods go when all is known',
  async (t) => {
    const app = await App.enrolled(rig, 'blind', OPTIONS);
    const load = app.load(40);
    t.teardown(() => load.stop());
    await blinded(app, 'hang', reads(app, 'services', 'virtualservices', 'destinationrules'));
    const took = await abortedSoon(app);
    t.ok(took < SOON_MS, `it was taken up ${took} ms after it was asked for`);
    await waitFor('all traffic to be back', async () => ((await app.envoyWeight())[`${app.name}-canary`] ?? 0) === 0, {
      timeoutMs: 5_000,
    });
    const since = Date.parse((await app.phase('Finalising')).lastTransitionTime);
    await waitFor('more than a settling time', () => Date.now() - since > 6_000);
    t.equal((await app.canaryDeployment()).spec.replicas, 1, 'its pods stay');
    proxy.mend();
    await app.phase('Failed');
    t.equal((await app.canaryDeployment()).spec.replicas, 0, 'and go when it is known that no route leads to them');
    await servedAll(t, load);
    await app.delete();
  },
);
