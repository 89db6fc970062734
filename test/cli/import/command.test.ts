import t from 'tap';
import { parse, parseAllDocuments } from 'yaml';
import { headgate } from '../build.ts';

const canary = (more = ''): string => `
apiVersion: flagger.app/v1beta1
kind: Canary
metadata: {name: podinfo, namespace: test}
spec:
  targetRef: {apiVersion: apps/v1, kind: Deployment, name: podinfo}
  service: {port: 9898}
  analysis: {interval: 1m, threshold: 5, stepWeight: 10, maxWeight: 50, metrics: []${more}}
`;

const provider = `
apiVersion: flagger.app/v1beta1
kind: AlertProvider
metadata: {name: chat, namespace: test}
spec: {type: msteams, secretRef: {name: chat}}
`;

const template = `
apiVersion: flagger.app/v1beta1
kind: MetricTemplate
metadata: {name: errors, namespace: test}
spec: {provider: {type: prometheus}, query: 'errors{workload="{{ target }}"}'}
`;

void t.test('what comes over entirely ends with 0', async (t) => {
  const { code, stdout, stderr } = await headgate(['import', '-f', '-'], { stdin: canary() });
  t.equal(code, 0);
  t.match(parse(stdout), {
    apiVersion: 'headgate.dev/v1',
    kind: 'Canary',
    metadata: { name: 'podinfo', namespace: 'test' },
  });
  t.match(stderr, /^stdin, document 1 \(line 2\): Canary test\/podinfo\n {2}every field comes over as it is\n/);
  t.match(stderr, /^1 object of Flagger read, 1 written for Headgate; nothing is lost$/m);
});

void t.test('what is lost is named, and ends with 1; the rest is written all the same', async (t) => {
  const { code, stdout, stderr } = await headgate(['import', '-f', '-'], {
    stdin: canary(', stepWeightPromotion: 20'),
  });
  t.equal(code, 1);
  t.match(parse(stdout), { spec: { analysis: { stepWeight: 10 } } });
  t.match(stderr, /^ {2}spec\.analysis\.stepWeightPromotion = 20: has no counterpart: /m);
  t.match(stderr, /; 1 line above wants a decision$/m);
});

void t.test('files are looked at together', async (t) => {
  const metric = ', metrics: [{name: errors, interval: 1m, thresholdRange: {max: 1}, templateRef: {name: errors}}]';
  const dir = t.testdir({ 'canary.yaml': canary().replace(', metrics: []', metric), 'template.yaml': template });
  const { code, stdout } = await headgate(['import', '-f', `${dir}/canary.yaml`, '-f', `${dir}/template.yaml`]);
  t.match(stdout, 'query: errors{workload="{{ canary }}"}');
  t.equal(code, 0);
});

void t.test('objects of others are passed over, and said to be', async (t) => {
  const stdin = `kind: Service\nmetadata: {name: podinfo}\n---${canary()}`;
  const { stdout, stderr } = await headgate(['import', '-f', '-'], { stdin });
  t.equal(parseAllDocuments(stdout).length, 1);
  t.match(stderr, /^left alone: Service podinfo \(stdin, document 1 \(line 1\)\)$/m);
});

void t.test('JSON goes in and comes out', async (t) => {
  const stdin = JSON.stringify(parse(canary()));
  const { stdout } = await headgate(['import', '-f', '-', '-o', 'json'], { stdin });
  t.match(JSON.parse(stdout), { kind: 'Canary', spec: { analysis: { maxWeight: 50 } } });
});

void t.test('annotations are for Canaries; another object is still one', async (t) => {
  const { code, stdout, stderr } = await headgate(['import', '-f', '-', '--as', 'annotations'], {
    stdin: `${canary()}---${provider}`,
  });
  t.equal(code, 0);
  t.match(stdout, /^# kubectl patch deployment podinfo -n test --patch-file FILE\n/);
  t.match(parse(stdout), {
    metadata: { annotations: { 'headgate.dev/canary': 'true', 'headgate.dev/step-weight': '10' } },
  });
  t.match(stderr, /^ {2}kind = "AlertProvider": is an object of its own, which --as canary writes$/m);
  const json = await headgate(['import', '-f', '-', '--as', 'annotations', '-o', 'json'], { stdin: canary() });
  t.match(JSON.parse(json.stdout), parse(stdout));
});

void t.test('nothing of Flagger is nothing wrong', async (t) => {
  t.same(await headgate(['import', '-f', '-'], { stdin: '' }), {
    code: 0,
    stdout: '',
    stderr: 'no object of Flagger in the input\n',
  });
});

void t.test('text that is no YAML is said, and the rest is written', async (t) => {
  const { code, stdout, stderr } = await headgate(['import', '-f', '-'], { stdin: `a: [\n---${canary()}` });
  t.match(stderr, /^stdin, line \d+: is no YAML/);
  t.match(stdout, 'kind: Canary');
  t.equal(code, 1);
});

void t.test('a file that is not there ends with 2', async (t) => {
  const { code, stdout, stderr } = await headgate(['import', '-f', '/nowhere.yaml']);
  t.match(stderr, /^headgate: cannot read \/nowhere\.yaml: ENOENT/);
  t.equal(stdout, '');
  t.equal(code, 2);
});
