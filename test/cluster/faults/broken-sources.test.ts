import t, { type Test } from 'tap';
import type { CanaryStatus } from '../../../src/rollout/machine/status.ts';
import { Product, ProductProcess } from '../../rig/product.ts';
import { type Json, openRig, waitFor } from '../../rig/rig.ts';
import { ApiProxy } from '../support/api-proxy.ts';
import type { App } from '../support/app.ts';
import {
  breakFor,
  chosenRows,
  HOOK,
  type Moment,
  type Places,
  pairRows,
  type Row,
  singleRows,
  wordsOf,
} from '../support/broken-sources.ts';
import { FaultProxy } from '../support/fault-proxy.ts';
import { HOLLOW_TIMES, hollowApp, routeWeight, setHollowImage } from '../support/hollow-app.ts';
import { giveHooks, HookReceiver } from '../support/hooks.ts';
import { seedOf } from '../support/random.ts';

/*
 * Every source of an observation, broken in every way, at every moment of a release: one at a time, and two at a time. The
 * whole product takes long: `npm run test:faults`, or those of its rows with a word in their name: `HEADGATE_FAULTS=services`.
 * Otherwise each source is broken once, and some pairs are.
 */
const ASKED = process.env['HEADGATE_FAULTS'] ?? '';
const ALL = ASKED !== '';
const SEED = seedOf(process.env['HEADGATE_SEED'] ?? '7');
/** Of the pairs, one in so many. */
const SPARSE = 25;
const isAsked = (row: Row): boolean => ASKED === 'all' || wordsOf(row).includes(ASKED);
const ROWS = ALL
  ? [...singleRows(), ...pairRows(SEED)].filter(isAsked)
  : [...chosenRows(), ...pairRows(SEED).filter((_row, index) => index % SPARSE === 0)];
/** So many releases are under way at once. */
const APPS = ALL ? 8 : 5;
const SOON_MS = 2_000;
/** What a watch showed counts for ten seconds. */
const LASTING_MS = ALL ? 12_000 : 1_000;

const rig = openRig();
const product = new Product(rig, { schedulers: 0 });
const api = await new ApiProxy(rig).start();
const metrics = await new FaultProxy({ url: rig.file.mesh?.prometheusUrl ?? '' }).start();
const hooks = new HookReceiver('10.244.255.60');
const places: Places = { api, metrics, hooks };
let scheduler: ProductProcess;
let apps: App[] = [];

/**
 * A release stays at its step for as long as what is broken stays so. Before that, its pods have longer than a watch that was broken
 * in the row before takes to be opened again.
 */
const SETTINGS = {
  'step-weights': '20,40,60',
  interval: ALL ? '30s' : '1s',
  'progress-deadline': ALL ? '25s' : '5s',
};

t.before(async () => {
  await Promise.all([product.start(), hooks.start()]);
  apps = await Promise.all(Array.from({ length: APPS }, (_, index) => hollowApp(rig, `hollow-${index}`, SETTINGS)));
  const env = {
    ...HOLLOW_TIMES,
    KUBECONFIG: await api.kubeconfig('headgate', 'headgate-scheduler'),
    HEADGATE_METRICS_SERVER: metrics.url,
    // Watches inside each namespace can be broken for one app alone.
    HEADGATE_NAMESPACES: apps.map(({ namespace }) => namespace).join(),
  };
  scheduler = new ProductProcess(rig, { role: 'scheduler', ip: '10.244.255.20', env });
  await scheduler.start();
  for (const app of apps) {
    await app.apply(referring(app));
    await giveHooks(app, [hooks.hook(app, HOOK, { type: 'rollout', timeout: '1s' })]);
  }
  await Promise.all(apps.map((app) => app.phase('Initialized')));
});
t.teardown(async () => {
  await scheduler.end();
  await product.stop();
  await Promise.all([api.stop(), metrics.stop(), hooks.stop()]);
  await rig.close();
});

/** The app, whose pods run on what a ConfigMap says; and that. */
function referring(app: App): Json {
  const { spec, ...manifest } = app.manifest('1') as Json;
  const [container] = spec.template.spec.containers as Json[];
  Object.assign(container ?? {}, { envFrom: [{ configMapRef: { name: 'words' } }] });
  const words = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'words' }, data: { word: 'one' } };
  return { apiVersion: 'v1', kind: 'List', items: [words, { ...manifest, spec }] };
}

interface Story {
  t: Test;
  app: App;
  /** Of the release. */
  image: string;
  words: string;
  /** From here on the sources are broken. */
  breakAll: () => void;
  mend: () => void;
}

const hasFailed = ({ release }: CanaryStatus): boolean => release?.outcome === 'failed';

/** For a moment that may never come, as the scheduler cannot see what it would come by. */
const perhaps = (app: App, what: string, holds: (status: CanaryStatus) => boolean): Promise<boolean> =>
  app.until(what, holds, LASTING_MS).then(
    () => true,
    () => false,
  );

async function lasts(): Promise<void> {
  const since = Date.now();
  await waitFor('what is broken to stay so for a while', () => Date.now() - since > LASTING_MS);
}

/** The release is over within two seconds, and so is the canary's traffic. */
async function abort({ t, app, words }: Story, askedAt = Date.now()): Promise<void> {
  await app.command('abort');
  await waitFor(`${words}: the abort, in the status`, async () => hasFailed(await app.status()), { everyMs: 100 });
  const taken = Date.now() - askedAt;
  await waitFor(`${words}: no traffic for the canary`, async () => (await routeWeight(app)) === 0, { everyMs: 100 });
  const back = Date.now() - askedAt;
  t.ok(back <= SOON_MS, `${words}: taken up after ${taken} ms, and no traffic after ${back} ms`);
}

async function isOver({ t, app, words, mend }: Story): Promise<void> {
  mend();
  await app.phase('Failed');
  const { metadata, spec } = await app.deployment();
  t.match(metadata.annotations['headgate.dev/held'], /"verdict":"failed"/, `${words}: the hold has the verdict`);
  t.equal(spec.paused, true, `${words}: the gate is closed`);
  t.equal(await routeWeight(app), 0, `${words}: the canary gets nothing`);
}

async function atStep({ app, image }: Story): Promise<void> {
  await setHollowImage(app, image);
  await app.until(`${image} at a step`, (status) => status.canaryWeight === 20 && status.phase === 'Progressing');
}

const STORIES: Record<Moment, (story: Story) => Promise<void>> = {
  async before(story) {
    const { t, app, image, words, breakAll, mend } = story;
    const { release: former } = await app.status();
    breakAll();
    await setHollowImage(app, image);
    const isNew = ({ release }: CanaryStatus): boolean => release?.startedAt !== former?.startedAt;
    const isSeen = await perhaps(app, 'a release', isNew);
    if (isSeen) {
      await abort(story);
      return isOver(story);
    }
    t.equal(await routeWeight(app), 0, `${words}: the canary gets nothing`);
    mend();
    if (ALL) {
      await app.atWeight(20);
      await app.command('promote');
    }
    // The release before may have succeeded too.
    await app.until('its success', (status) => isNew(status) && status.phase === 'Succeeded');
    t.pass(`${words}: it was released when it could be seen`);
  },
  async step(story) {
    await atStep(story);
    story.breakAll();
    await lasts();
    await abort(story);
    await isOver(story);
  },
  async promotion({ t, app, image, words, breakAll, mend, ...rest }) {
    await atStep({ t, app, image, words, breakAll, mend, ...rest });
    await app.command('promote');
    await app.until('its promotion', ({ phase }) => phase === 'Promoting' || phase === 'Finalising');
    breakAll();
    await lasts();
    mend();
    await app.phase('Succeeded');
    t.equal(await routeWeight(app), 0, `${words}: the Deployment has all traffic`);
    const [container] = (await app.deployment()).spec.template.spec.containers;
    t.equal(container.image, image, `${words}: the new version is released`);
  },
  async rollback(story) {
    await atStep(story);
    const askedAt = Date.now();
    const aborting = abort(story, askedAt);
    story.breakAll();
    await aborting;
    await lasts();
    await isOver(story);
  },
  async deadline(story) {
    const { t, app, image, words, breakAll } = story;
    await setHollowImage(app, image.replace('hollow', 'missing'));
    const { release } = await app.until('its deadline', (status) => status.release?.deadline !== undefined);
    breakAll();
    const { message = '' } = (await app.until('its end', hasFailed)).release ?? {};
    const late = Date.now() - Date.parse(release?.deadline ?? '');
    t.ok(late <= SOON_MS, `${words}: it ended ${late} ms after its deadline: ${message}`);
    await isOver(story);
  },
};

async function play(t: Test, app: App, row: Row): Promise<void> {
  const image = `hollow:${ROWS.indexOf(row) + 2}`;
  const words = wordsOf(row);
  let mend = () => undefined as void;
  const breakAll = () => {
    mend = breakFor(row, app, places);
  };
  const begunAt = Date.now();
  try {
    await STORIES[row.moment]({ t, app, image, words, breakAll, mend: () => mend() });
    t.comment(`${words}: ${Date.now() - begunAt} ms`);
  } catch (error) {
    t.fail(`${words}: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    mend();
  }
}

t.test(`each source, broken in each way (seed ${SEED})`, { timeout: ROWS.length * 30_000 }, async (t) => {
  const left = [...ROWS];
  await Promise.all(
    apps.map(async (app) => {
      for (let row = left.shift(); row; row = left.shift()) await play(t, app, row);
    }),
  );
  await Promise.all(apps.map((app) => app.delete()));
});
