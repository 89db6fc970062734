import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { Product, type ProductProcess } from '../../rig/product.ts';
import { openRig, waitFor } from '../../rig/rig.ts';
import { App } from '../support/app.ts';
import { servedAll } from '../support/failures.ts';
import { randomFrom, seedOf } from '../support/random.ts';
import { ticksBegun, ticksEnded } from '../support/scheduler-metrics.ts';

const rig = openRig();
const product = new Product(rig, { schedulers: 2 });
const seed = seedOf(process.env['HEADGATE_SEED']);
const random = randomFrom(seed);
t.before(() => product.start());
t.teardown(async () => {
  for (const scheduler of product.schedulers) scheduler.signal('SIGCONT');
  await product.stop();
  await rig.close();
});

function schedulers(): [ProductProcess, ProductProcess] {
  const [stale, other] = product.schedulers;
  if (!stale || !other) throw new Error('two schedulers are needed');
  return [stale, other];
}

interface Round {
  /** When the check that promotes is due, epoch ms. */
  due: number;
  /** Ticks that the first scheduler had ended before. */
  ended: number;
}

/** An app whose only check is due next, with all work left to the first scheduler. */
async function lastCheck(app: App, tag: string): Promise<Round> {
  const [stale, other] = schedulers();
  await app.setImage(tag);
  const status = await app.until(
    `${tag} at its last weight`,
    ({ release, canaryWeight, phase }) =>
      phase === 'Progressing' && canaryWeight === 50 && release?.checkAt !== undefined,
  );
  other.signal('SIGSTOP');
  return { due: Date.parse(status.release?.checkAt ?? ''), ended: await ticksEnded(stale) };
}

interface Ended {
  as: 'aborted' | 'promoted';
  /** Commits that were refused before the first scheduler went on. */
  refused: number;
}

/**
 * The other scheduler carries the command out while the first one is stopped; then the first goes on, alone. The command is there
 * before the other can make the check itself, and promote.
 */
async function abortMeanwhile(app: App, { ended }: Round): Promise<Ended> {
  const [stale, other] = schedulers();
  await app.command('abort');
  other.signal('SIGCONT');
  const { phase } = await app.phase(['Failed', 'Succeeded']);
  other.signal('SIGSTOP');
  const refused = conflicts(app);
  stale.signal('SIGCONT');
  await waitFor(
    'the first scheduler to end what it had begun, and a tick after that',
    async () => (await ticksEnded(stale)) >= ended + 2,
  );
  other.signal('SIGCONT');
  return { as: phase === 'Failed' ? 'aborted' : 'promoted', refused };
}

const conflicts = (app: App): number =>
  rig.audit.count({ resource: 'canaries', subresource: 'status', namespace: app.namespace, code: 409 });

async function isKeptOut(t: Test, app: App, pods: readonly string[]): Promise<void> {
  const deployment = await app.deployment();
  t.equal((await app.status()).phase, 'Failed', 'the release stays failed');
  t.match(deployment.metadata.annotations['headgate.dev/held'], /"verdict":"failed"/, 'the hold has the verdict');
  t.equal(deployment.spec.paused, true, 'the gate is closed');
  t.same(await app.stablePodIds(), pods, 'the stable pods were never touched');
  t.same((await app.envoyWeight())[`${app.name}-canary`] ?? 0, 0, 'the canary gets nothing');
}

const OPTIONS = { annotations: { 'step-weights': '50', interval: '2s' } };

t.test('a scheduler stopped with the answers that promote in hand loses to an abort', async (t) => {
  const app = await App.enrolled(rig, 'stale', OPTIONS);
  const load = app.load(40);
  t.teardown(() => load.stop());
  const pods = await app.stablePodIds();
  const [stale] = schedulers();
  for (const tag of ['1.4.1', '1.4.2', '1.4.3']) {
    const round = await lastCheck(app, tag);
    // Its question is on the way when it is stopped; the answer waits for it until it goes on.
    await rig.control('prometheus', 'pause');
    const begun = await ticksBegun(stale);
    await waitFor('its check to be under way', async () => Date.now() > round.due && (await ticksBegun(stale)) > begun);
    await sleep(100);
    stale.signal('SIGSTOP');
    await rig.control('prometheus', 'resume');
    const { as: end, refused } = await abortMeanwhile(app, round);
    t.equal(end, 'aborted', `${tag} was aborted by the other`);
    await isKeptOut(t, app, pods);
    // The audit log is written a moment after the answer.
    await waitFor('its commit to be refused', () => conflicts(app) > refused, { timeoutMs: 5_000 });
    t.pass('its commit was refused');
  }
  await servedAll(t, load);
  await app.delete();
});

t.test(`stopped at any moment around the last check (seed ${seed}), there is one end`, async (t) => {
  const app = await App.enrolled(rig, 'moment', OPTIONS);
  const load = app.load(40);
  t.teardown(() => load.stop());
  const [stale] = schedulers();
  for (const tag of ['1.5.1', '1.5.2', '1.5.3', '1.5.4']) {
    const pods = await app.stablePodIds();
    const round = await lastCheck(app, tag);
    const offset = Math.round(random() * 120) - 10;
    await sleep(Math.max(round.due + offset - Date.now(), 0));
    stale.signal('SIGSTOP');
    const { as: end } = await abortMeanwhile(app, round);
    t.pass(`stopped ${offset} ms after the check was due, ${tag} was ${end}`);
    if (end === 'aborted') await isKeptOut(t, app, pods);
    else t.same(await app.stableTags(), [tag], 'the other completed the promotion');
    t.equal((await app.status()).phase, end === 'aborted' ? 'Failed' : 'Succeeded', 'which stays so');
  }
  await servedAll(t, load);
  await app.delete();
});
