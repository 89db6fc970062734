import t, { type Test } from 'tap';
import { Product, type ProductProcess } from '../../rig/product.ts';
import { openRig, waitFor } from '../../rig/rig.ts';
import { AdmissionTraffic, type Admitted } from '../support/admission-traffic.ts';
import { metricOf } from '../support/scheduler-metrics.ts';

const RPS = 20;
const SHUTDOWN_MS = 3_000;
const SLICE = '/apis/discovery.k8s.io/v1/namespaces/headgate/endpointslices/headgate-webhook';

const rig = openRig();
// No scheduler: only admissions are looked at. The delay covers what this busy machine needs to tell of an endpoint.
const product = new Product(rig, { schedulers: 0, env: { HEADGATE_SHUTDOWN_DELAY: `${SHUTDOWN_MS}ms` } });
t.before(() => product.start());
t.teardown(async () => {
  await product.stop();
  await rig.close();
});

/** Only these endpoints are ready, as the EndpointSlice controller says it. */
async function publish(webhooks: readonly ProductProcess[]): Promise<void> {
  const endpoints = webhooks.map(({ options }) => ({ addresses: [options.ip], conditions: { ready: true } }));
  await rig.api.patch(SLICE, { endpoints });
}

const isReady = async (webhook: ProductProcess): Promise<boolean> => (await fetch(`${webhook.url}/readyz`)).ok;

/** As in a roll-out: told to end, not ready, unpublished, gone; then anew, ready, published. Milliseconds until gone. */
async function restart(webhook: ProductProcess): Promise<number> {
  const toldAt = Date.now();
  const ended = webhook.end('SIGTERM');
  await waitFor('readiness to fail', async () => !(await isReady(webhook)), { everyMs: 25 });
  await publish(product.webhooks.filter((other) => other !== webhook));
  await ended;
  const took = Date.now() - toldAt;
  await webhook.start();
  await publish(product.webhooks);
  return took;
}

/** The API server's connections last, so one may have all the work: the busier one first. */
async function byWork(): Promise<ProductProcess[]> {
  const answered = (webhook: ProductProcess) => metricOf(webhook, 'headgate_admission_duration_seconds_count');
  const before = await Promise.all(product.webhooks.map(answered));
  await waitFor('five answers', async () => {
    const after = await Promise.all(product.webhooks.map(answered));
    return after.some((count, index) => count >= (before[index] ?? 0) + 5);
  });
  const done = await Promise.all(
    product.webhooks.map(async (webhook, index) => ({
      webhook,
      count: (await answered(webhook)) - (before[index] ?? 0),
    })),
  );
  return done.toSorted((a, b) => b.count - a.count).map(({ webhook }) => webhook);
}

/** Until this many more changes were judged. */
const more = (traffic: AdmissionTraffic, count: number) => {
  const before = traffic.admitted.length;
  return waitFor(`${count} admissions`, () => traffic.admitted.length >= before + count, { timeoutMs: 60_000 });
};

function passed(t: Test, admitted: readonly Admitted[]): void {
  const refused = admitted.flatMap(({ refused: words }) => words ?? []);
  const slowest = Math.max(...admitted.map(({ ms }) => ms));
  t.same(refused, [], `none of ${admitted.length} admissions failed; the slowest took ${slowest} ms`);
  t.ok(
    admitted.every(({ held }) => held),
    'the webhook judged every one',
  );
}

t.test('both webhooks are restarted, one after the other: no admission fails', async (t) => {
  const traffic = await AdmissionTraffic.start(rig, { rps: RPS });
  t.teardown(() => traffic.stop());
  await more(traffic, RPS);
  for (const webhook of product.webhooks) {
    const took = await restart(webhook);
    t.ok(took < SHUTDOWN_MS + 5_000, `${webhook.options.ip} was gone after ${took} ms`);
    await more(traffic, RPS);
  }
  passed(t, await traffic.stop());
});

t.test('one of two webhooks is killed: what fails was sent to it, and passes when it is sent again', async (t) => {
  const traffic = await AdmissionTraffic.start(rig, { rps: RPS });
  t.teardown(() => traffic.stop());
  await more(traffic, RPS);
  const [killed, other] = await byWork();
  if (!killed || !other) throw new Error('two webhooks are needed');
  const killedAt = Date.now();
  await killed.end('SIGKILL');
  await publish([other]);
  // The API server's own watch of the slice needs a moment, on a busy machine a long one: less than half of what follows.
  const knownAt = Date.now() + 1_500;
  await more(traffic, 3 * RPS);
  await killed.start();
  await publish(product.webhooks);
  await more(traffic, RPS);

  const admitted = await traffic.stop();
  const failed = admitted.filter(({ refused }) => refused !== undefined);
  const during = failed.filter(({ at, ms }) => at + ms >= killedAt && at <= knownAt);
  t.equal(
    during.length,
    failed.length,
    `all ${failed.length} failures of ${admitted.length} fall in ${knownAt - killedAt} ms`,
  );
  for (const { refused } of failed) t.match(refused, /failed calling webhook/);
  t.ok(
    failed.every(({ retried }) => retried),
    'each passed when it was sent again',
  );
  t.ok(
    admitted.every(({ held, refused }) => held || refused),
    'and nothing went past the webhook',
  );
});
