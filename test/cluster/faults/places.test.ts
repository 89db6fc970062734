import t from 'tap';
import { Product } from '../../rig/product.ts';
import { openRig } from '../../rig/rig.ts';
import type { App } from '../support/app.ts';
import { HOLLOW_TIMES, hollowApp, setHollowImage } from '../support/hollow-app.ts';

/** No resync in the time of the test: whoever is not woken when its turn comes is not started. */
const env = { ...HOLLOW_TIMES, HEADGATE_RESYNC_INTERVAL: '10m', HEADGATE_MAX_STARTING: '1' };

const rig = openRig();
const product = new Product(rig, { schedulers: 2, env });
t.before(() => product.start());
t.teardown(async () => {
  await product.stop();
  await rig.close();
});

async function enrolled(name: string): Promise<App> {
  const app = await hollowApp(rig, name, { 'step-weights': '20,40', interval: '5m', 'progress-deadline': '5m' });
  await app.apply(app.manifest('1'));
  await app.phase('Initialized');
  return app;
}

/** The number in line that the status tells. */
const inLine = (app: App, number: number) =>
  app.until(`number ${number} in line`, ({ phase, release }) => {
    const isWaiting = phase === 'Waiting' && release?.reason === 'WaitingForPlace';
    return isWaiting && release.message?.endsWith(`and it is number ${number} in line`) === true;
  });

t.test(
  'one canary starts at a time: the others wait in order, and a scheduler that dies takes no place along',
  async (t) => {
    const [first, second, third] = await Promise.all(['first', 'second', 'third'].map(enrolled));
    if (!first || !second || !third) throw new Error('three apps were asked for');
    const since = Date.now();
    // There is no such image: its pod never gets ready.
    await setHollowImage(first, 'nothing:2');
    await first.phase('Progressing');
    await setHollowImage(second, 'hollow:2');
    const { conditions } = await inLine(second, 1);
    const reconciling = conditions.find(({ type }) => type === 'Reconciling');
    t.match(reconciling, { status: 'True', reason: 'WaitingForPlace' });
    t.match(await second.told('WaitingForPlace'), /it waits for a place: one canary starts at a time/);
    await setHollowImage(third, 'hollow:2');
    await inLine(third, 2);
    t.notOk(await second.canaryDeployment(), 'nothing is made before its turn comes');

    await third.command('abort');
    await third.phase('Failed');
    await third.command('retry');
    await inLine(third, 2);
    await setHollowImage(third, 'hollow:1');
    await third.phase('Initialized');
    await setHollowImage(third, 'hollow:3');
    await inLine(third, 2);

    await product.schedulers[0]?.end('SIGKILL');
    await first.command('abort');
    await first.phase('Failed');
    await second.atWeight(20);
    await third.atWeight(20);
    t.equal((await second.status()).phase, 'Progressing', 'one that has its first weight keeps nobody waiting');
    t.equal((await second.reasons()).filter((reason) => reason === 'WaitingForPlace').length, 1, 'told once');
    const made = rig.audit.find({
      verb: 'create',
      resource: 'deployments',
      userAgent: /^headgate-/,
      code: 201,
      sinceMs: since,
    });
    t.same(
      made.map(({ namespace }) => namespace),
      [first, second, third].map(({ namespace }) => namespace),
      'in the order of their changes',
    );
    await Promise.all([first, second, third].map((app) => app.delete()));
  },
);
