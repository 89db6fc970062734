import t from 'tap';
import { type KubeObject, openRig, waitFor } from '../rig/rig.ts';
import { App } from './support/app.ts';
import { servedAll } from './support/failures.ts';
import { routeWords, ruleOf } from './support/mesh-objects.ts';
import { policyFor, untilRefused, untilTaken } from './support/policy.ts';

const rig = openRig();
t.teardown(() => rig.close());

const annotate = (app: App, ...words: string[]) =>
  app.kubectl(['annotate', '--overwrite', 'deployment/podinfo', ...words]);
const AT_50 = { 'step-weights': '50', interval: '20s' };

// Each has an app of its own.
t.jobs = 2;

t.test(
  'a traffic policy that Istio refuses fails the release, and stands in the Canary until it is right',
  async (t) => {
    const app = await App.enrolled(rig, 'refused', { annotations: AT_50 });
    await annotate(app, 'headgate.dev/traffic-policy={loadBalancer: {simple: FASTEST}}');
    const refused = await app.until('the refusal', ({ conditions }) =>
      conditions.some(
        ({ type, status, reason }) => type === 'Stalled' && status === 'True' && reason === 'InvalidSpec',
      ),
    );
    const { message } = refused.conditions.find(({ type }) => type === 'Stalled') ?? {};
    t.match(message, /destinationrules.*FASTEST/s, "it stands there in the API server's words");
    const load = app.load(50);
    await app.release('1.4.1');
    await app.phase('Failed');
    t.ok(await app.told('CanaryRefused'), 'a release fails by it');
    t.equal(load.share()['1.4.1'], undefined, 'and sends the canary nothing');

    await annotate(app, 'headgate.dev/traffic-policy={loadBalancer: {simple: RANDOM}}');
    await waitFor('the rule', async () => (await ruleOf(app, 'podinfo-canary')) !== undefined);
    await app.command('retry');
    await app.atWeight(50);
    await servedAll(t, load);
    await app.delete();
  },
);

t.test('what the installed Istio does not know is dropped by it, and not written again and again', async (t) => {
  const app = await App.enrolled(rig, 'dropped', {
    annotations: {
      'step-weights': '20,50',
      metrics: '[]',
      'traffic-policy': '{connectionPool: {tcp: {maxConnections: 55}, later: {limit: 1}}}',
    },
  });
  const since = Date.now();
  await app.release('1.4.1');
  await app.phase('Succeeded', 60_000);
  const { spec } = await ruleOf(app, 'podinfo-canary');
  t.same(spec.trafficPolicy, { connectionPool: { tcp: { maxConnections: 55 } } });
  const ours = { userAgent: /^headgate-/, namespace: app.namespace, sinceMs: since };
  const writes = rig.audit
    .find({ ...ours, resource: 'destinationrules' })
    .filter(({ verb }) => !['list', 'watch'].includes(verb));
  t.same(writes, [], 'the release did not write them');
  await app.delete();
});

t.test('words that are refused in mid-release do not keep traffic from going back', async (t) => {
  const app = await App.enrolled(rig, 'back', { annotations: AT_50 });
  // As Istio's own webhook would, which the rig does not have.
  await rig.kubectl(['apply', '-f', '-'], { input: noTimeoutOf13s(app) });
  const load = app.load(50);
  await app.release('1.4.1');
  await app.atWeight(50);
  await untilRefused(app, timedRoute('13s'), 'not 13s');
  await annotate(app, 'headgate.dev/timeout=13s');
  const failed = await app.phase('Failed');
  t.equal(failed.canaryWeight, 0);
  t.match(failed.release?.message, /not 13s/);
  await waitFor('Envoy to send all to the Deployment', async () => (await app.envoyWeight())['podinfo'] === 100);
  t.same(await routeWords(app), {}, 'the route has the words that it had');
  await servedAll(t, load);

  await annotate(app, 'headgate.dev/timeout=12s');
  await waitFor('the right words', async () => (await routeWords(app)).timeout === '12s');
  await app.until('the refusal to be gone', ({ conditions }) =>
    conditions.every(({ reason }) => reason !== 'InvalidSpec'),
  );
  await rig.kubectl(['delete', '-f', '-'], { input: noTimeoutOf13s(app) });
  await app.delete();
});

t.test(
  'a roll-out that is refused waits with its traffic as it is, says why, and goes on when it is accepted',
  async (t) => {
    const app = await App.enrolled(rig, 'kept', {
      annotations: { 'step-weights': '50', interval: '2s', metrics: '[]' },
    });
    await rig.kubectl(['apply', '-f', '-'], { input: noRollOuts(app) });
    await untilRefused(app, rollingOut, 'not today');
    const load = app.load(30);
    await app.release('1.4.1');
    t.match(
      await app.told('RolloutRefused'),
      /stays held, as the API server does not accept the write that lifts its hold: .*not today/s,
    );
    const { phase, canaryWeight, conditions } = await app.status();
    t.same([phase, canaryWeight], ['Progressing', 50]);
    t.match(conditions.find(({ type }) => type === 'Ready')?.message, /not today/);
    await rig.kubectl(['delete', '-f', '-'], { input: noRollOuts(app) });
    await untilTaken(app, rollingOut);
    await app.command('promote');
    const { release } = await app.phase('Succeeded');
    t.equal(release?.refusal, undefined);
    t.equal((await app.reasons()).filter((reason) => reason === 'RolloutRefused').length, 1, 'told once');
    await servedAll(t, load);
    await app.delete();
  },
);

const rollingOut: KubeObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'probe', annotations: { 'headgate.dev/rolling': '{}' } },
  spec: {
    selector: { matchLabels: { app: 'probe' } },
    template: { metadata: { labels: { app: 'probe' } }, spec: { containers: [{ name: 'probe', image: 'probe' }] } },
  },
};

const noRollOuts = ({ namespace }: App): object =>
  policyFor(namespace, {
    apiGroup: 'apps',
    resource: 'deployments',
    expression: '!object.metadata.?annotations[?"headgate.dev/rolling"].hasValue()',
    message: 'not today',
  });

const timedRoute = (timeout: string): KubeObject => ({
  apiVersion: 'networking.istio.io/v1',
  kind: 'VirtualService',
  metadata: { name: 'probe' },
  spec: { hosts: ['probe'], http: [{ timeout, route: [{ destination: { host: 'podinfo' } }] }] },
});

const noTimeoutOf13s = ({ namespace }: App): object =>
  policyFor(namespace, {
    apiGroup: 'networking.istio.io',
    resource: 'virtualservices',
    expression: 'object.spec.http.all(r, r.?timeout.orValue("") != "13s")',
    message: 'not 13s',
  });
