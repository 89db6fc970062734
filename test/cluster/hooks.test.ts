import t from 'tap';
import { openRig, waitFor } from '../rig/rig.ts';
import { App } from './support/app.ts';
import { giveHooks, HookReceiver } from './support/hooks.ts';
import { LoadTesterProcess } from './support/loadtester.ts';
import { RouteLog, shortestDwell } from './support/route-log.ts';

const rig = openRig();
const receiver = new HookReceiver('10.244.255.70');
const tester = new LoadTesterProcess(rig, '10.244.255.64', { HEADGATE_QUEUE: 'hooks-test' });
const routes = new RouteLog(rig);
t.before(() => Promise.all([receiver.start(), tester.start()]));
t.teardown(async () => {
  await Promise.all([receiver.stop(), tester.end(), routes.close()]);
  await rig.close();
});
t.jobs = 3;

/** Checks of nothing: only hooks decide. */
const NO_METRICS = { metrics: '[]' };

t.test('a release without other traffic is judged by the load that its hook asks for', async (t) => {
  const annotations = { 'step-weights': '30,60', interval: '4s' };
  const app = await App.enrolled(rig, 'hook-load', { annotations });
  const cmd = `hey -z 2m -q 10 -c 4 -host ${app.host} ${rig.mesh.gatewayUrl}/`;
  await giveHooks(app, [{ name: 'load', url: `${tester.url}/`, metadata: { type: 'cmd', cmd } }]);
  await app.setImage('1.4.1');
  await app.phase('Succeeded', 90_000);
  t.same(await app.stableTags(), ['1.4.1']);
  t.same(routes.weights(app), [0, 30, 60, 0]);
  const reasons = await app.reasons();
  t.notOk(reasons.includes('CheckFailed') || reasons.includes('NoTraffic'), reasons.join(' '));
  await app.delete();
});

t.test('an acceptance test that fails keeps a revision out before it gets any traffic', async (t) => {
  const annotations = { interval: '1s', threshold: '2' };
  const app = await App.enrolled(rig, 'hook-accept', { annotations });
  const [pod] = await app.stablePods();
  const cmd = `curl -sSf http://${pod.status.podIP}:9898/status/503`;
  await giveHooks(app, [
    { name: 'acceptance', type: 'pre-rollout', url: `${tester.url}/`, metadata: { type: 'acceptance', cmd } },
    receiver.hook(app, 'told', { type: 'post-rollout' }),
  ]);
  await app.setImage('1.4.1');
  const status = await app.phase('Failed');
  t.equal(status.failedChecks, 2);
  t.match(await app.told('CheckFailed'), /hook acceptance answered 500: curl: exit code 22 curl: .*503/);
  t.ok(await app.told('ThresholdReached'));
  t.same(routes.weights(app), [0], 'it had no traffic');
  t.same(await app.stableTags(), ['1.4.0']);
  const questions = await receiver.asked(app, 'told', 1);
  t.match(questions, [{ name: app.name, namespace: app.namespace, phase: 'Failed', checksum: status.revision }]);
  await app.told('HookPassed');
  t.equal(receiver.questions(app, 'told').length, 1, 'once');
  await app.delete();
});

t.test('each round asks its rollout hooks again; a bad answer has failed the check', async (t) => {
  const annotations = { 'step-weights': '30,60', interval: '2s', threshold: '10', ...NO_METRICS };
  const app = await App.enrolled(rig, 'hook-round', { annotations });
  await giveHooks(app, [
    receiver.hook(app, 'suite', { metadata: { suite: 'smoke' } }),
    receiver.hook(app, 'told', { type: 'post-rollout' }),
  ]);
  receiver.says(app, 'suite', { code: 500, body: '3 of 40 tests\nfailed' });
  receiver.says(app, 'told', { code: 500, body: 'nobody listens' });
  await app.setImage('1.4.1');
  t.match(await app.told('CheckFailed'), /hook suite answered 500: 3 of 40 tests failed/);
  receiver.says(app, 'suite', { code: 204 });
  const status = await app.phase('Succeeded');
  t.same(routes.weights(app), [0, 30, 60, 0]);
  const asked = receiver.questions(app, 'suite');
  t.equal(asked.length, 2 + status.failedChecks, 'once in each round');
  t.match(asked[0], { phase: 'Progressing', checksum: status.revision, metadata: { suite: 'smoke' } });
  t.match(await receiver.asked(app, 'told', 1), [{ phase: 'Succeeded' }]);
  t.match(await app.told('HookFailed'), /Hook told of .* answered 500: nobody listens/);
  t.equal((await app.status()).phase, 'Succeeded');
  await app.delete();
});

t.test('an event hook hears the story of a release, and again what it did not take', async (t) => {
  const annotations = { 'step-weights': '50', interval: '1s', ...NO_METRICS };
  const app = await App.enrolled(rig, 'hook-event', { annotations });
  await giveHooks(app, [receiver.hook(app, 'story', { type: 'event', metadata: { team: 'shop' } })]);
  receiver.says(app, 'story', { code: 503 });
  await app.setImage('1.4.1');
  await receiver.asked(app, 'story', 1);
  receiver.says(app, 'story', { code: 200 });
  const { revision } = await app.phase('Succeeded');
  const told = await waitFor('the hook to hear the end', async () => {
    const messages = receiver.questions(app, 'story').map(({ metadata }) => metadata['eventMessage'] ?? '');
    return messages.some((message) => message.startsWith('Promotion completed!')) && messages;
  });
  const [first, ...more] = told;
  t.ok(more.includes(first ?? ''), 'the first was sent again');
  // Events are written after the hook is called.
  await waitFor('four of what it heard to be Events too', async () => {
    const events = (await app.events()).map(({ message }) => message);
    return events.filter((message) => told.includes(message)).length >= 4;
  });
  t.match(receiver.questions(app, 'story').at(-1), {
    name: app.name,
    namespace: app.namespace,
    checksum: revision,
    metadata: { team: 'shop', eventType: 'Normal', timestamp: /^\d{13}$/ },
  });
  await app.delete();
});

t.test('whatever is allowed, no hook reaches the node, its metadata or the API server', async (t) => {
  const app = await App.enrolled(rig, 'hook-forbidden', { annotations: { threshold: '1' } });
  const urls = {
    metadata: 'http://169.254.169.254/latest/meta-data/',
    loopback: 'http://127.0.0.1:9090/-/quit',
    mapped: 'http://[::ffff:127.0.0.1]:9090/-/quit',
    service: 'https://10.96.0.1/api',
    endpoint: 'https://10.96.255.1:6443/api',
    foreign: 'http://tester.kube-system/',
  };
  await giveHooks(
    app,
    Object.entries(urls).map(([name, url]) => ({ name, type: 'pre-rollout', url })),
  );
  await app.setImage('1.4.1');
  await app.phase('Failed');
  const message = await app.told('CheckFailed');
  t.match(message, 'hook metadata may not be called: 169.254.169.254 is a link-local address');
  t.match(message, 'hook loopback may not be called: 127.0.0.1 is a loopback address');
  t.match(message, 'hook mapped may not be called: ::ffff:7f00:1 is a loopback address');
  t.match(message, 'hook service may not be called: 10.96.0.1 is an address of the API server');
  t.match(message, 'hook endpoint may not be called: 10.96.255.1 is an address of the API server');
  t.match(message, `hook foreign may not be called: tester.kube-system is no Service of namespace ${app.namespace}`);
  await app.delete();
});

t.test('hooks that hang delay no step of another canary, and are broken off with their release', async (t) => {
  const annotations = { 'step-weights': '20,40,60', interval: '2s', ...NO_METRICS };
  const [hanging, other] = await Promise.all([
    App.enrolled(rig, 'hook-hangs', { annotations }),
    App.enrolled(rig, 'hook-other', { annotations }),
  ]);
  const names = Array.from({ length: 20 }, (_, index) => `hangs-${index}`);
  for (const name of names) receiver.says(hanging, name, 'hang');
  await giveHooks(
    hanging,
    names.map((name) => receiver.hook(hanging, name, { timeout: '150s' })),
  );
  await giveHooks(other, [receiver.hook(other, 'answers')]);
  await hanging.setImage('1.4.1');
  const [first] = await receiver.asked(hanging, 'hangs-0', 1);
  await other.setImage('1.4.1');
  await other.phase('Succeeded', 120_000);
  t.equal((await hanging.status()).canaryWeight, 20, 'the one waits at its first weight');
  t.ok(Date.now() - (first?.at ?? 0) < 150_000, 'and its hooks still hang');
  const steps = routes.steps(other).filter(({ weight }) => weight > 0 && weight < 60);
  t.same(
    steps.map(({ weight }) => weight),
    [20, 40],
    'its weights, each once',
  );
  const longest = Math.max(...steps.map(({ from, to }) => to - from));
  t.comment(`the other was at each weight for ${shortestDwell(steps)} to ${longest} ms`);
  t.ok(shortestDwell(steps) >= 2_000);
  t.ok(longest < 15_000, `the other was at a weight for ${longest} ms at most`);
  await hanging.command('abort');
  await waitFor('the calls to be broken off', async () => receiver.questions(hanging, 'hangs-0')[0]?.isBrokenOff);
  await hanging.phase('Failed');
  await Promise.all([hanging.delete(), other.delete()]);
});
