import t, { type Test } from 'tap';
import { Product, ProductProcess } from '../../rig/product.ts';
import { openRig, waitFor } from '../../rig/rig.ts';
import { ApiProxy } from '../support/api-proxy.ts';
import { App } from '../support/app.ts';
import { servedAll } from '../support/failures.ts';
import { RouteLog } from '../support/route-log.ts';
import { ticksEnded } from '../support/scheduler-metrics.ts';
import { UserRoute } from '../support/user-route.ts';

const rig = openRig();
const product = new Product(rig, { schedulers: 0 });
const proxy = await new ApiProxy(rig).start();
const routes = new RouteLog(rig);
let first: ProductProcess;
t.before(async () => {
  await product.start();
  const KUBECONFIG = await proxy.kubeconfig('headgate', 'headgate-scheduler');
  first = new ProductProcess(rig, { role: 'scheduler', ip: '10.244.255.20', env: { KUBECONFIG } });
  await first.start();
});
t.teardown(async () => {
  await first.end();
  await product.stop();
  await proxy.stop();
  await routes.close();
  await rig.close();
});

/**
 * A worker has committed the first weight of a release, and is stopped before its write of the route, which stands at 0. Another
 * one fails the release: there is no traffic to take back. Then the write comes.
 */
async function weighsTooLate(t: Test, app: App): Promise<void> {
  const load = app.load(40);
  t.teardown(() => load.stop());
  const held = proxy.hold({ method: /PATCH/, path: new RegExp(`/namespaces/${app.namespace}/virtualservices/`) });
  await app.setImage('1.4.1');
  const write = await held;
  first.signal('SIGSTOP');
  t.equal((await app.status()).release?.weight, 20, 'the weight is committed');
  await app.command('abort');
  const other = new ProductProcess(rig, { role: 'scheduler', ip: '10.244.255.21' });
  await other.start();
  await app.phase('Failed');
  const status = await write.forward();
  t.ok(status === 409 || status === 422, `the API server refuses the write that comes too late (${status})`);
  await other.end();
  const ended = await ticksEndedOnceAwake();
  await waitFor('a tick of the one that was stopped', async () => (await ticksEnded(first)) > ended);
  const { phase, canaryWeight } = await app.status();
  t.same({ phase, canaryWeight }, { phase: 'Failed', canaryWeight: 0 }, 'it stays so when the first one goes on');
  t.same(new Set(routes.weightsSeen(app)), new Set([0]), 'the canary was never given anything');
  const route = await rig.api.list(`/apis/networking.istio.io/v1/namespaces/${app.namespace}/virtualservices`);
  t.notMatch(JSON.stringify(route), /headgate.dev\/fence/, 'and no mark stays in the route');
  await servedAll(t, load);
  await app.delete();
}

async function ticksEndedOnceAwake(): Promise<number> {
  first.signal('SIGCONT');
  return ticksEnded(first);
}

const SETTINGS = { 'step-weights': '20,40', interval: '2s' };

t.test("a worker that is stopped before the first weight of Headgate's own route", async (t) =>
  weighsTooLate(t, await App.enrolled(rig, 'late', { annotations: SETTINGS })),
);

t.test("and of a user's route", async (t) => {
  const app = await App.deploy(rig, 'late', {});
  await UserRoute.enrolled(app, SETTINGS);
  await weighsTooLate(t, app);
});
