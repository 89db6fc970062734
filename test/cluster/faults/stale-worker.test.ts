import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import type { CanaryStatus } from '../../../src/rollout/machine/status.ts';
import { Product, type ProductProcess } from '../../rig/product.ts';
import { openRig, waitFor } from '../../rig/rig.ts';
import { App } from '../support/app.ts';
import { servedAll } from '../support/failures.ts';
import { FaultProxy } from '../support/fault-proxy.ts';
import { randomFrom, seedOf } from '../support/random.ts';
import { metricOf, ticksEnded } from '../support/scheduler-metrics.ts';

const rig = openRig();
const metrics = await new FaultProxy({ url: rig.file.mesh?.prometheusUrl ?? '' }).start();
const product = new Product(rig, { schedulers: 2, env: { HEADGATE_METRICS_SERVER: metrics.url } });
const seed = seedOf(process.env['HEADGATE_SEED']);
const random = randomFrom(seed);
t.before(() => product.start());
t.teardown(async () => {
  await product.stop();
  await metrics.stop();
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
  /** Ticks that the first scheduler had ended before, and checks that it had seen pass. */
  ended: number;
  passed: number;
}

/** An app whose only check is due next, with all work left to the first scheduler: the release is one that it carries on. */
async function lastCheck(app: App, tag: string): Promise<Round> {
  const [stale, other] = schedulers();
  other.signal('SIGSTOP');
  await app.setImage(tag);
  const status = await app.until(
    `${tag} at its last weight`,
    ({ release, canaryWeight, phase }) =>
      phase === 'Progressing' && canaryWeight === 50 && release?.checkAt !== undefined,
  );
  const due = Date.parse(status.release?.checkAt ?? '');
  return { due, ended: await ticksEnded(stale), passed: await passes(stale) };
}

/**
 * The other scheduler carries the command out while the first one is stopped, up to `isEnough`; then the first goes on, alone. The
 * command is there before the other takes the release over, makes the check itself, and promotes.
 */
async function abortMeanwhile(app: App, isEnough: (status: CanaryStatus) => boolean): Promise<CanaryStatus> {
  const [stale, other] = schedulers();
  await app.command('abort');
  other.signal('SIGCONT');
  const status = await app.until('the end of the release', isEnough);
  other.signal('SIGSTOP');
  stale.signal('SIGCONT');
  return status;
}

/** The first scheduler ends what it had begun, and a tick after that. */
async function goesOn(ended: number): Promise<void> {
  const [stale, other] = schedulers();
  await waitFor('two ticks of the first scheduler', async () => (await ticksEnded(stale)) >= ended + 2);
  other.signal('SIGCONT');
}

const passes = (scheduler: ProductProcess): Promise<number> =>
  metricOf(scheduler, 'headgate_checks_total', 'verdict="pass"');

const conflicts = (app: App): number =>
  rig.audit.count({ resource: 'canaries', subresource: 'status', namespace: app.namespace, code: 409 });

/** What served before. `pods` is left out where the gate may have been open for a moment: the way back makes new ones then. */
interface Before {
  pods?: readonly string[];
  tags: readonly string[];
}

async function isKeptOut(t: Test, app: App, { pods, tags }: Before): Promise<void> {
  const deployment = await app.deployment();
  t.equal((await app.status()).phase, 'Failed', 'the release stays failed');
  t.match(deployment.metadata.annotations['headgate.dev/held'], /"verdict":"failed"/, 'the hold has the verdict');
  t.equal(deployment.spec.paused, true, 'the gate is closed');
  t.same(await app.stableTags(), tags, 'the stable version serves');
  if (pods !== undefined) t.same(await app.stablePodIds(), pods, 'its pods were never touched');
  t.same((await app.envoyWeight())[`${app.name}-canary`] ?? 0, 0, 'the canary gets nothing');
}

/** Between the weight and its check there is time to stop the other scheduler, and to get ready to hold a question. */
const OPTIONS = { annotations: { 'step-weights': '50', interval: '4s' } };

t.test('a scheduler stopped with the answers that promote in hand loses to an abort', async (t) => {
  const app = await App.enrolled(rig, 'stale', OPTIONS);
  const load = app.load(40);
  t.teardown(() => load.stop());
  const before = { pods: await app.stablePodIds(), tags: await app.stableTags() };
  const [stale] = schedulers();
  for (const tag of ['1.4.1', '1.4.2', '1.4.3']) {
    const { passed, ended } = await lastCheck(app, tag);
    const question = await metrics.hold({ path: /\/query/ });
    stale.signal('SIGSTOP');
    t.equal(await question.forward(), 200, 'the answer is there, and waits for it until it goes on');
    const refused = conflicts(app);
    await abortMeanwhile(app, ({ release }) => release?.outcome === 'failed');
    await waitFor('the look to end that the answers were for', async () => (await ticksEnded(stale)) > ended);
    await goesOn(await ticksEnded(stale));
    await app.phase('Failed');
    await isKeptOut(t, app, before);
    // One that went on late has not waited for the answers: the tick that judges them has seen the abort. After five seconds they count
    // no more.
    const judged = (await passes(stale)) > passed ? 'judged' : 'given up';
    t.comment(`${tag}: answers ${judged}; ${conflicts(app) > refused ? 'its commit was refused' : 'it saw the abort'}`);
  }
  t.notOk((await app.reasons()).includes('Promoting'), 'no promotion was ever committed');
  await servedAll(t, load);
  await app.delete();
});

t.test(`stopped at any moment around the last check (seed ${seed}), there is one end`, async (t) => {
  const app = await App.enrolled(rig, 'moment', OPTIONS);
  const load = app.load(40);
  t.teardown(() => load.stop());
  const [stale] = schedulers();
  for (const tag of ['1.5.1', '1.5.2', '1.5.3', '1.5.4']) {
    const before = { tags: await app.stableTags() };
    const round = await lastCheck(app, tag);
    const offset = Math.round(random() * 120) - 10;
    await sleep(Math.max(round.due + offset - Date.now(), 0));
    stale.signal('SIGSTOP');
    const { phase } = await abortMeanwhile(app, (status) => ['Failed', 'Succeeded'].includes(status.phase));
    await goesOn(round.ended);
    const end = phase === 'Failed' ? 'aborted' : 'promoted';
    t.pass(`stopped ${offset} ms after the check was due, ${tag} was ${end}`);
    if (end === 'aborted') await isKeptOut(t, app, before);
    else t.same(await app.stableTags(), [tag], 'the other completed the promotion');
    t.equal((await app.status()).phase, end === 'aborted' ? 'Failed' : 'Succeeded', 'which stays so');
  }
  await servedAll(t, load);
  await app.delete();
});
