import t from 'tap';
import { type Json, openRig, revisionOf, waitFor } from '../rig/rig.ts';
import { App } from './support/app.ts';
import { servedAll } from './support/failures.ts';
import { connectionLimits, routeOf, routeWords, ruleOf, userRule } from './support/mesh-objects.ts';

const rig = openRig();
t.teardown(() => rig.close());

const limit = (maxConnections: number) => ({ connectionPool: { tcp: { maxConnections } } });
/** Of two objects, the one with the lower number was written first. */
const versionOf = ({ metadata }: Json): number => Number(metadata.resourceVersion);
const OUT = ['annotate', 'deployment/podinfo', 'headgate.dev/canary-'];

const WORDS = {
  timeout: '5s',
  retries: { attempts: 2, perTryTimeout: '2s', retryOn: 'connect-failure,refused-stream' },
  headers: { request: { set: { 'x-user': 'tester' } }, response: { set: { 'x-app': 'podinfo' } } },
  match: [{ uri: { prefix: '/api/' } }, { uri: { exact: '/' } }],
  rewrite: { uri: '/' },
  corsPolicy: { allowOrigins: [{ exact: 'https://app.example.com' }], allowMethods: ['GET'], maxAge: '24h' },
};
/** The same in the route: with a Gateway beside them, the conditions are about that. */
const routed = () => ({
  ...WORDS,
  match: WORDS.match.map((entry) => ({ ...entry, gateways: [rig.mesh.gatewayName] })),
});
const { corsPolicy, timeout, ...maps } = WORDS;
const SETTINGS = {
  ...Object.fromEntries(Object.entries(maps).map(([key, value]) => [key, JSON.stringify(value)])),
  ...{ timeout, 'cors-policy': JSON.stringify(corsPolicy), 'traffic-policy': JSON.stringify(limit(321)) },
};

// Each has an app of its own.
t.jobs = 2;

t.test('what the route says holds at each weight, for stable and canary alike, and fails no request', async (t) => {
  // Each weight lasts until the test has seen all that there is to see at it.
  const annotations = { 'step-weights': '20,50', interval: '10s', ...SETTINGS };
  const app = await App.enrolled(rig, 'words', { annotations });
  const { host } = app;
  const load = rig.load({ host, path: '/api/', rps: 50 });
  await connectionLimits(app, { podinfo: 321 });
  await app.release('1.4.1');
  await app.atWeight(20);
  const dividedAt = Date.now();
  for (const weight of [20, 50]) {
    await app.atWeight(weight);
    t.same(await routeWords(app), routed(), `all of it is there at weight ${weight}`);
    const routes = await waitFor(`Envoy to have weight ${weight}`, async () => {
      const found = await rig.envoyRoutes(`${app.namespace}/podinfo`);
      return found.every(({ weights }) => weights['podinfo-canary'] === weight) ? found : undefined;
    });
    t.equal(routes.length, 2, 'one route for each condition');
    const action = { timeout: '5s', retry_policy: { num_retries: 2, per_try_timeout: '2s' } };
    t.match(routes, [{ action }, { action }]);
    await connectionLimits(app, { podinfo: 321, 'podinfo-canary': 321 });
  }
  t.ok((load.share(dividedAt)['1.4.1'] ?? 0) > 0.1, 'what meets a condition is divided');

  const seen = await rig.gateway.request({ host, path: '/api/headers' });
  t.match(JSON.parse(seen.body), { 'X-User': ['tester'] }, 'the pod sees the header, under the rewritten path');
  t.equal(seen.headers['x-app'], 'podinfo', 'the client sees the other one');
  t.equal((await rig.gateway.request({ host, path: '/headers' })).status, 404, 'what meets no condition is not served');
  const preflight = (origin: string) =>
    rig.gateway.request({
      ...{ host, path: '/api/', method: 'OPTIONS' },
      headers: { origin, 'access-control-request-method': 'GET' },
    });
  const allowed = await preflight('https://app.example.com');
  t.match(allowed, {
    status: 200,
    headers: { 'access-control-allow-origin': 'https://app.example.com', 'access-control-max-age': '86400' },
  });
  t.notOk((await preflight('https://evil.example.com')).headers['access-control-allow-origin'], 'no other origin');

  await app.phase('Succeeded', 120_000);
  t.same(await routeWords(app), routed(), 'and between releases');
  await servedAll(t, load);

  await app.kubectl(OUT);
  await waitFor('the rule of the canary to be gone', async () => (await ruleOf(app, 'podinfo-canary')) === undefined);
  const left = await ruleOf(app, 'podinfo');
  t.same(left.spec, { host: 'podinfo', trafficPolicy: limit(321) }, "the Deployment's stays");
  await waitFor(
    'it to be its user’s',
    async () => !(await ruleOf(app, 'podinfo')).metadata.labels['headgate.dev/role'],
  );
  t.same(await routeWords(app), routed(), 'and so do the words of the route');
  await app.delete();
});

t.test('a DestinationRule that a user wrote is not touched, and holds for the canary too', async (t) => {
  const app = await App.deploy(rig, 'rule', { annotations: { 'step-weights': '50', metrics: '[]' } });
  await app.apply(userRule('podinfo', 'podinfo', limit(77)));
  await app.enrol();
  await app.release('1.4.1');
  await app.atWeight(50);
  await connectionLimits(app, { podinfo: 77, 'podinfo-canary': 77 });
  await app.phase('Succeeded', 60_000);

  await app.apply(userRule('podinfo', 'podinfo', limit(78)));
  const written = await ruleOf(app, 'podinfo');
  await app.release('1.4.2');
  const copy = await waitFor('the copy to follow', async () => {
    const rule = await ruleOf(app, 'podinfo-canary');
    return rule.spec.trafficPolicy.connectionPool.tcp.maxConnections === 78 && rule;
  });
  await app.atWeight(50);
  t.ok(versionOf(copy) < versionOf(await routeOf(app)), 'before the canary gets traffic');
  await connectionLimits(app, { podinfo: 78, 'podinfo-canary': 78 });
  await app.phase('Succeeded', 60_000);
  await app.kubectl(OUT);
  await waitFor('the copy to be gone', async () => (await ruleOf(app, 'podinfo-canary')) === undefined);
  t.same(await ruleOf(app, 'podinfo'), written, "the user's is as they left it");
  await app.delete();
});

t.test('a Canary of empty words and nulls is taken, and one that cannot be followed is refused', async (t) => {
  const app = await App.deploy(rig, 'canary');
  const canary = (words: object) => ({
    apiVersion: 'headgate.dev/v1',
    kind: 'Canary',
    metadata: { name: 'settings' },
    spec: {
      targetRef: { name: 'podinfo' },
      service: { port: 9898, hosts: [app.host], gateways: [rig.mesh.gatewayName], ...words },
      analysis: { interval: '2s', stepWeights: [50], metrics: [] },
    },
  });
  const wrong = { match: [{ uri: { exact: '/', prefix: '/api' } }], retries: { attempts: 0, retryOn: '5xx' } };
  const { stderr } = await app.kubectl(['create', '-f', '-'], { input: canary(wrong), expectFail: true });
  t.match(stderr, /only one of exact, prefix and regex/);
  t.match(stderr, /attempts: 0, which turns retries off/);

  const empty = { timeout: null, retries: null, match: [], headers: { request: null }, corsPolicy: null };
  const trafficPolicy = { tls: null, outlierDetection: { consecutive5xxErrors: null, baseEjectionTime: '30s' } };
  await app.kubectl(['create', '-f', '-'], { input: canary({ ...empty, trafficPolicy }) });
  const phase = async () => (await rig.api.get(app.recordPath.replace(/podinfo$/, 'settings'))).status?.phase;
  await waitFor('the Deployment to be enrolled', async () => (await phase()) === 'Initialized', {
    timeoutMs: 60_000,
  });
  await app.setImage('1.4.1');
  await waitFor('the release to end well', async () => (await phase()) === 'Succeeded', { timeoutMs: 90_000 });
  t.same(await routeWords(app), {}, 'the route says nothing more');
  const { spec } = await ruleOf(app, 'podinfo');
  t.match(spec.trafficPolicy, { tls: undefined, outlierDetection: { baseEjectionTime: '30s' } });
  t.equal(revisionOf((await rig.gateway.request({ host: app.host })).body), '1.4.1');
  await app.delete();
});
