import t from 'tap';
import { openRig, waitFor } from '../rig/rig.ts';
import { App } from './support/app.ts';
import { giveHooks, HookReceiver } from './support/hooks.ts';
import { atLiveWeight } from './support/live-weight.ts';
import { LoadTesterProcess } from './support/loadtester.ts';
import { RouteLog } from './support/route-log.ts';

const rig = openRig();
const receiver = new HookReceiver('10.244.255.71');
const tester = new LoadTesterProcess(rig, '10.244.255.65', { HEADGATE_QUEUE: 'gates-test' });
const routes = new RouteLog(rig);
t.before(() => Promise.all([receiver.start(), tester.start()]));
t.teardown(async () => {
  await Promise.all([receiver.stop(), tester.end(), routes.close()]);
  await rig.close();
});
t.jobs = 3;

/** Checks of nothing: only hooks decide. */
const NO_METRICS = { metrics: '[]' };
const CLOSED = { code: 403, body: 'not yet' };
const OPEN = { code: 200 };

/** Once the check that is due is another one than it was, so many times. */
async function checksGoOn(app: App, times: number): Promise<void> {
  for (let round = 0; round < times; round += 1) {
    const { release: before } = await app.status();
    await app.until('another check', ({ release }) => release?.checkAt !== before?.checkAt);
  }
}

t.test('no canary exists until its gate is opened', async (t) => {
  const app = await App.enrolled(rig, 'gate-rollout', { annotations: { 'step-weights': '50', ...NO_METRICS } });
  await giveHooks(app, [{ name: 'approval', type: 'confirm-rollout', url: `${tester.url}/gate/check` }]);
  await app.setImage('1.4.1');
  t.match(await app.told('WaitingForApproval'), /hook approval answered 403: .*gate of .* is closed/);
  t.equal((await app.status()).phase, 'Waiting');
  t.notOk(await app.canaryDeployment(), 'there is no canary');
  t.match(await tester.change('/gate/open', { name: app.name, namespace: app.namespace }), { code: 202 });
  await app.phase('Succeeded');
  t.ok(await app.told('HookPassed'));
  await app.delete();
});

t.test('gates hold the weight, and checks go on', async (t) => {
  const annotations = { 'step-weights': '20,40', interval: '2s', ...NO_METRICS };
  const app = await App.enrolled(rig, 'gate-weight', { annotations });
  await giveHooks(app, [
    receiver.hook(app, 'more', { type: 'confirm-traffic-increase' }),
    receiver.hook(app, 'all', { type: 'confirm-promotion' }),
    receiver.hook(app, 'round'),
  ]);
  receiver.says(app, 'all', CLOSED);
  await app.setImage('1.4.1');
  await app.atWeight(20);
  receiver.says(app, 'more', CLOSED);
  t.match(
    await app.told('WaitingForApproval'),
    /waits for confirm-traffic-increase at weight 20: hook more answered 403/,
  );
  await checksGoOn(app, 2);
  t.equal((await app.status()).canaryWeight, 20);
  t.same(receiver.questions(app, 'all'), [], 'the other gate is not asked yet');
  receiver.says(app, 'more', OPEN);
  await app.atWeight(40);
  await receiver.asked(app, 'all', 2);
  await checksGoOn(app, 2);
  const { phase, canaryWeight } = await app.status();
  t.match({ phase, canaryWeight }, { phase: 'Progressing', canaryWeight: 40 });
  const rounds = receiver.questions(app, 'round').length;
  t.ok(rounds >= 4, `rollout hooks were asked in ${rounds} rounds`);
  receiver.says(app, 'all', OPEN);
  await app.phase('Succeeded');
  t.same(routes.weights(app), [0, 20, 40, 0]);
  const told = (await app.reasons()).filter((reason) => reason === 'WaitingForApproval');
  t.equal(told.length, 2, 'each gate was told once');
  await app.delete();
});

t.test('a release that goes bad while it waits for an approval fails', async (t) => {
  const annotations = { 'step-weights': '40', threshold: '2', interval: '2s', ...NO_METRICS };
  const app = await App.enrolled(rig, 'gate-bad', { annotations });
  await giveHooks(app, [receiver.hook(app, 'all', { type: 'confirm-promotion' }), receiver.hook(app, 'round')]);
  receiver.says(app, 'all', CLOSED);
  await app.setImage('1.4.1');
  await app.told('WaitingForApproval');
  receiver.says(app, 'round', { code: 500 });
  await app.phase('Failed');
  t.ok(await app.told('ThresholdReached'));
  await app.delete();
});

t.test('an approval that does not come in time fails the release', async (t) => {
  const app = await App.enrolled(rig, 'gate-late', { annotations: { 'step-weights': '40', ...NO_METRICS } });
  await giveHooks(app, [receiver.hook(app, 'all', { type: 'confirm-promotion', timeLimit: '3s' })]);
  receiver.says(app, 'all', CLOSED);
  await app.setImage('1.4.1');
  t.match(await app.told('GateTimedOut'), /was not approved by confirm-promotion hook all within 3 s: .*403: not yet/);
  await app.phase('Failed');
  t.same(await app.stableTags(), ['1.4.0']);
  await app.delete();
});

t.test('a rollback hook that passes takes the release back at once', async (t) => {
  const annotations = { 'step-weights': '50', interval: '60s', ...NO_METRICS };
  const app = await App.enrolled(rig, 'gate-back', { annotations });
  await giveHooks(app, [receiver.hook(app, 'back', { type: 'rollback' })]);
  receiver.says(app, 'back', CLOSED);
  await app.setImage('1.4.1');
  await atLiveWeight(app, 50);
  await receiver.asked(app, 'back', 2);
  receiver.says(app, 'back', { code: 200, body: 'orders fall' });
  const since = Date.now();
  await waitFor('traffic to be back', async () => ((await app.envoyWeight())['podinfo-canary'] ?? 0) === 0, {
    everyMs: 50,
  });
  const took = Date.now() - since;
  t.ok(took < 15_000, `after ${took} ms, and its check is due in a minute`);
  t.match(await app.told('RollbackRequested'), /hook back asks for it: orders fall/);
  await app.phase('Failed');
  const asked = receiver.questions(app, 'back').length;
  await app.setImage('1.4.0');
  await app.phase('Initialized');
  t.equal(receiver.questions(app, 'back').length, asked, 'it is not asked any more');
  await app.delete();
});
