import t from 'tap';
import { templateExamples } from '../docs/metric-template-examples.ts';
import { openRig } from '../rig/rig.ts';
import { App } from './support/app.ts';
import { FiguresServer } from './support/figures-server.ts';
import { allowSecrets } from './support/receivers.ts';

const WRONG = 'a-wrong-token-nobody-shows';
const SECRET = 'headgate-metrics';
/** What part of the canary's answers has such a code, in percent. */
const ERRORS = `(sum(rate(istio_requests_total{destination_service_name="{{ canary }}",destination_service_namespace="{{ namespace }}",response_code=~"{{ variables.codes }}"}[{{ interval }}])) or vector(0))
/ sum(rate(istio_requests_total{destination_service_name="{{ canary }}",destination_service_namespace="{{ namespace }}"}[{{ interval }}])) * 100`;

const METRICS = `
- {name: errors, templateRef: {name: errors}, templateVariables: {codes: "5.."}, threshold: 3, interval: 10s}
- {name: score, templateRef: {name: score, kind: ClusterMetricTemplate}, thresholdRange: {min: 5}}
`;

const rig = openRig();
const server = new FiguresServer('10.244.255.78', rig.mesh.prometheusUrl);
t.before(() => Promise.all([server.start(), allowSecrets(rig, [SECRET])]));
t.teardown(async () => {
  await server.stop();
  await rig.close();
});

const template = (kind: string, name: string, spec: object) => ({
  apiVersion: 'headgate.dev/v1',
  kind,
  metadata: { name },
  spec,
});

const secret = (token: string) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: SECRET },
  stringData: { token },
});

const errors = {
  provider: { type: 'prometheus', address: server.address, secretRef: { name: SECRET } },
  query: ERRORS,
};
const score = {
  provider: { type: 'http', address: server.address },
  query: '/score?of={{ namespace }}/{{ target }}',
  http: { value: '/data/0/score' },
};

t.test('every example of the documentation is taken by the API server', async (t) => {
  const namespace = await rig.createNamespace('templates');
  const items = templateExamples().map(({ metadata: { name }, ...example }) => ({ ...example, metadata: { name } }));
  const input = { apiVersion: 'v1', kind: 'List', items };
  const { stdout } = await rig.kubectl(['-n', namespace, 'apply', '--dry-run=server', '-f', '-'], { input });
  t.equal(stdout.trim().split('\n').length, items.length);
  const wrong = { ...items[0], spec: { provider: { type: 'graphit' }, query: 'a' } };
  await t.rejects(
    rig.kubectl(['-n', namespace, 'apply', '--dry-run=server', '-f', '-'], { input: wrong }),
    /Unsupported value/,
  );
});

t.test('releases pass and fail by templates, one of them behind a token', async (t) => {
  // The first release is without an answer until the last of what it needs is applied.
  const plan = { metrics: METRICS, 'step-weights': '50', interval: '4s', threshold: '2', 'error-limit': '50' };
  const app = await App.deploy(rig, 'figures', { replicas: 1, annotations: plan });
  await app.apply(template('ClusterMetricTemplate', 'score', score));
  await app.enrol();
  // An answer in nine fails at random, and the first check is of a few seconds: of so many requests they are above 3 % for sure.
  const load = app.load(120);
  t.teardown(() => load.stop());

  await app.release('1.4.1');
  t.match(
    await app.told('CheckError'),
    /errors cannot be measured: there is none of that name \(by MetricTemplate figures-\w+\/errors\)/,
    'a template that is not there is no verdict',
  );
  const toldOf = async (words: RegExp) => {
    const { release } = await app.until(`${words}`, (status) => words.test(JSON.stringify(status.release?.checks)));
    return release?.checks?.[0];
  };
  await app.apply(template('MetricTemplate', 'errors', errors));
  await toldOf(/there is no Secret figures-\w+\/headgate-metrics/);
  await app.apply(secret(WRONG));
  const check = await toldOf(/refuses/);
  t.match(check, {
    verdict: 'error',
    message: /prometheus refuses the credentials \(HTTP status 401\): who are you\? not Bearer \*\*\*/,
  });
  await app.apply(secret(server.token));
  await app.phase('Succeeded');
  t.match(server.asked[0], `/score?of=${app.namespace}/podinfo`);

  await app.release('1.5.0-errors');
  await app.phase('Failed');
  t.match(
    await app.told('ThresholdReached'),
    /errors [\d.]+ > 3 \(prometheus, by MetricTemplate figures-\w+\/errors\)/,
  );

  server.score = 4;
  await app.release('1.5.1');
  const failed = await app.until(
    'another failure',
    ({ phase, revision, stable }) => phase === 'Failed' && revision !== stable?.revision,
  );
  const said = [...(await app.events()).map(({ message }) => message), JSON.stringify(failed)];
  t.ok(
    said.some((message) => /score 4 < 5 \(http, by ClusterMetricTemplate score\)/.test(message)),
    'the score decides',
  );
  t.notOk(
    said.some((message) => message.includes(WRONG) || message.includes(server.token)),
    'no token is shown',
  );
});
