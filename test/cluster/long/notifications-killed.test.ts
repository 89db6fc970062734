import { Redis } from 'ioredis';
import t from 'tap';
import type { Notice } from '../../../src/rollout/machine/outbox.ts';
import { Product, type ProductProcess } from '../../rig/product.ts';
import { openRig, waitFor } from '../../rig/rig.ts';
import { App } from '../support/app.ts';
import { type Arrival, aboutOf, Inbox } from '../support/inbox.ts';
import { metricOf } from '../support/scheduler-metrics.ts';

const KILLS = 20;
/** A job of a dead process is taken by another after its lock of 15 s and the check for it, and what a busy machine adds. */
const TAKEN_OVER_MS = 90_000;

const rig = openRig();
const inbox = new Inbox('10.244.255.75');
const product = new Product(rig, {
  env: {
    HEADGATE_ALERTS_WEBHOOK_URL: inbox.url('webhook', 'own'),
    HEADGATE_SLACK_URL: inbox.url('slack', 'failures'),
    HEADGATE_SLACK_CHANNEL: '#failures',
    HEADGATE_CLUSTER_NAME: 'rig',
  },
});
t.before(async () => {
  await inbox.open();
  await product.start();
});
t.teardown(async () => {
  await product.stop();
  await inbox.close();
  await rig.close();
});

const enrolled = (prefix: string): Promise<App> =>
  App.enrolled(rig, prefix, { replicas: 1, annotations: { metrics: '[]', 'step-weights': '20,50', interval: '2s' } });

const arrivalsOf = (app: App, name: string): Arrival[] =>
  inbox.of(name).filter(({ body }) => JSON.stringify(body).includes(app.namespace));

const emptied = (app: App) => app.until('an empty outbox', ({ outbox = [] }) => outbox.length === 0, TAKEN_OVER_MS);

t.test('the installation’s own receivers are told of Canaries without alerts', async (t) => {
  const app = await enrolled('own');
  await app.setImage('1.4.1');
  await app.phase('Succeeded');
  await emptied(app);
  t.same(arrivalsOf(app, 'own').map(aboutOf), ['NewRevision', 'Promoted']);
  t.same(arrivalsOf(app, 'failures').map(aboutOf), ['new revision', 'promoted']);
  t.match(arrivalsOf(app, 'own')[0]?.body, { cluster: 'rig', canary: { namespace: app.namespace } });
  t.match(arrivalsOf(app, 'failures')[0]?.body, { channel: '#failures' });
  await app.delete();
});

t.test('what happens while Redis is away, or is lost, is told once', async (t) => {
  const app = await enrolled('redis');
  await rig.control('redis', 'stop');
  await app.setImage('1.4.1');
  const { outbox = [] } = await app.phase('Succeeded');
  t.equal(arrivalsOf(app, 'own').length, 0, 'nothing can be sent');
  t.equal(outbox.length, 2, 'it is kept in the record');
  await rig.control('redis', 'start');
  await emptied(app);
  t.same(arrivalsOf(app, 'own').map(aboutOf).toSorted(), ['NewRevision', 'Promoted']);

  let answer = (): void => undefined;
  inbox.answer('own', () => new Promise((resolve) => (answer = () => resolve(200))));
  await app.setImage('1.4.2');
  await waitFor('the receiver to be asked', () => arrivalsOf(app, 'own').length === 3);
  const redis = new Redis(rig.file.redis.url);
  await redis.flushall();
  redis.disconnect();
  inbox.answer('own', () => 200);
  answer();
  await app.phase('Succeeded');
  await emptied(app);
  const ids = arrivalsOf(app, 'own').map(({ id }) => id);
  t.equal(new Set(ids).size, 4, 'both releases');
  t.equal(ids.length, 4, 'and nothing that was delivered is sent again');
  await app.delete();
});

t.test(
  'a scheduler that is told to end lets receivers answer, and the next one does not tell them again',
  async (t) => {
    const app = await enrolled('ended');
    const [scheduler] = product.schedulers;
    inbox.answer('own', async () => {
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      return 200;
    });
    await app.setImage('1.4.1');
    await waitFor('the receiver to be asked', () => arrivalsOf(app, 'own').length === 1);
    await scheduler?.end('SIGTERM');
    t.equal(arrivalsOf(app, 'own')[0]?.status, 200, 'it was waited for');
    await scheduler?.start();
    await app.phase('Succeeded');
    await emptied(app);
    t.same(arrivalsOf(app, 'own').map(aboutOf), ['NewRevision', 'Promoted'], 'each once');
    inbox.answer('own', () => 200);
    await app.delete();
  },
);

t.test(`${KILLS} times SIGKILL between the commit and the receiver’s answer: every fact arrives`, async (t) => {
  const app = await enrolled('killed');
  const [scheduler] = product.schedulers;
  if (!scheduler) throw new Error('no scheduler');
  const committed = new Map<string, Notice>();
  const note = (outbox: readonly Notice[] = []) => {
    for (const notice of outbox) committed.set(notice.id, notice);
  };
  for (let kill = 0; kill < KILLS; kill += 1) {
    const isPosted = kill % 2 === 0;
    note(await (isPosted ? killedWhileSending : killedBeforePosting)(app, scheduler, `1.5.${kill}`));
    await scheduler.start();
  }
  await app.phase('Succeeded', 120_000);
  const { told = 0 } = await emptied(app);

  const byId = Map.groupBy(arrivalsOf(app, 'own'), ({ id }) => id);
  const arrived = new Set([...byId.keys()].map((id) => id.slice(id.indexOf('/') + 1)));
  t.same(
    [...committed.keys()].filter((id) => !arrived.has(id)),
    [],
    `each of ${committed.size} that were seen in the outbox arrived`,
  );
  t.ok(committed.size >= KILLS);
  t.equal(byId.size, told, `as many ids arrived as there were facts: ${told}`);
  for (const [id, arrivals] of byId) {
    t.equal(new Set(arrivals.map(({ body }) => JSON.stringify(body))).size, 1, `${id} always says the same`);
    t.ok(
      arrivals.some(({ status }) => status === 200),
      `and was taken (sent ${arrivals.length} times)`,
    );
  }
  const again = arrivalsOf(app, 'own').length - byId.size;
  t.comment(`${told} facts, ${again} of them told again after a kill`);
  t.ok(again >= KILLS / 2, 'those that were under way are told again, under the same id');
  t.ok((await metricOf(scheduler, 'headgate_notices_total', 'outcome="delivered"')) > 0, 'deliveries are counted');
  await app.delete();
});

/** The outbox at the moment when a tag's new revision is committed. */
async function commitOf(app: App, tag: string): Promise<Notice[]> {
  const before = (await app.status()).told ?? 0;
  await app.setImage(tag);
  const { outbox = [] } = await app.until(
    'a notice',
    ({ told = 0, outbox: left = [] }) => told > before && left.length > 0,
  );
  return outbox;
}

/** Redis stands still: what is committed cannot be posted. */
async function killedBeforePosting(app: App, scheduler: ProductProcess, tag: string): Promise<Notice[]> {
  await rig.control('redis', 'pause');
  try {
    const outbox = await commitOf(app, tag);
    await scheduler.end('SIGKILL');
    return outbox;
  } finally {
    await rig.control('redis', 'resume');
  }
}

/** The receiver has it, and has not answered. */
async function killedWhileSending(app: App, scheduler: ProductProcess, tag: string): Promise<Notice[]> {
  inbox.answer('own', () => new Promise(() => undefined));
  const before = arrivalsOf(app, 'own').length;
  const outbox = await commitOf(app, tag);
  await waitFor('the receiver to be asked', () => arrivalsOf(app, 'own').length > before);
  await scheduler.end('SIGKILL');
  inbox.answer('own', () => 200);
  return outbox;
}
