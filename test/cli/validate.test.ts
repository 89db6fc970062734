import t from 'tap';
import { headgate } from './build.ts';

const optIn = 'headgate.dev/canary: "true"';

/** A Deployment with annotations, given as lines of YAML. */
const deployment = (annotations: string[], more = ''): string => `
apiVersion: apps/v1
kind: Deployment
metadata:
  name: podinfo
  namespace: prod
  annotations:
    example.com/other: "x"
${annotations.map((line) => `    ${line}`).join('\n')}
spec:
  selector: {matchLabels: {app: podinfo}}
  template:
    metadata: {labels: {app: podinfo}}
    spec:
      containers: [{name: podinfo, image: podinfo:1.0.0, ports: [{containerPort: 9898}]}]
${more}`;

const canary = (spec: string, apiVersion = 'headgate.dev/v1'): string => `
apiVersion: ${apiVersion}
kind: Canary
metadata: {name: settings, namespace: prod}
spec: ${spec}
`;

const neighbour = (apiVersion: string, kind: string, namespace = 'prod', more = ''): string => `
apiVersion: ${apiVersion}
kind: ${kind}
metadata: {name: podinfo-canary, namespace: ${namespace}${more}}
`;
const GENERATED =
  ', labels: {headgate.dev/role: canary}, ownerReferences: [{apiVersion: apps/v1, kind: Deployment, name: podinfo, uid: a}]';

const GOOD_SPEC = '{targetRef: {name: podinfo}, service: {port: 9898}}';

/** What is right has no line of its own but for which Service, port and label it takes. */
const right: Record<string, [text: string, checked: number]> = {
  'an enrolled Deployment': [deployment([optIn]), 1],
  'a Deployment that is not enrolled beside one that is, whatever it looks like': [
    `apiVersion: apps/v1\nkind: Deployment\n---${deployment([optIn])}`,
    1,
  ],
  'other objects, also a Canary of another group': [
    `kind: Service\n---\napiVersion: flagger.app/v1beta1\nkind: Canary\n---${canary(GOOD_SPEC)}`,
    1,
  ],
  'a Canary alone': [canary(GOOD_SPEC), 1],
  'a Canary and the Deployment that it names': [`${canary(GOOD_SPEC)}---${deployment([])}`, 2],
  'a Deployment that names its Canary': [
    `${deployment(['headgate.dev/canary: canary/settings'])}---${canary(GOOD_SPEC)}`,
    2,
  ],
  'objects that Headgate made, or that others have in another namespace or of another kind': [
    `${deployment([optIn])}---${[
      neighbour('apps/v1', 'Deployment', 'prod', GENERATED),
      neighbour('v1', 'Service', 'test'),
      neighbour('v1', 'ConfigMap'),
      `${neighbour('v1', 'Service')}spec: {selector: {app: podinfo-canary}}\n`,
      neighbour('serving.knative.dev/v1', 'Service'),
    ].join('---')}`,
    1,
  ],
};

for (const [sentence, [stdin, checked]] of Object.entries(right)) {
  void t.test(`right: ${sentence}`, async (t) => {
    const { code, stdout } = await headgate(['validate', '-f', '-'], { stdin });
    const lines = stdout.split('\n').filter((line) => !/^stdin, |^ {2}takes: /.test(line));
    t.same(lines, [`${checked} ${checked === 1 ? 'object' : 'objects'} of Headgate checked: no problems`, '']);
    t.equal(code, 0);
  });
}

void t.test('what Prometheus may not know is noted, and no problem', async (t) => {
  const metric = '{name: errors, threshold: 5, query: "sum(x) default 0"}';
  const stdin = `${canary(`{targetRef: {name: podinfo}, service: {port: 9898}, analysis: {metrics: [${metric}]}}`)}---${deployment(
    [optIn, `headgate.dev/metrics: '[${metric}]'`],
  )}`;
  const { code, stdout } = await headgate(['validate', '-f', '-'], { stdin });
  t.match(
    stdout,
    /: Canary prod\/settings\n {2}note: spec\.analysis\.metrics\[0\]\.query is not what Prometheus takes/,
  );
  t.match(
    stdout,
    /: Deployment prod\/podinfo\n {2}note: headgate\.dev\/metrics\[0\]\.query is not what Prometheus takes/,
  );
  t.match(stdout, /^2 objects of Headgate checked: no problems$/m);
  t.equal(code, 0);
});

const wrong: Record<string, [text: string, ...wanted: RegExp[]]> = {
  'every wrong annotation at once, with place, key, value and what would be right': [
    deployment([optIn, 'headgate.dev/interval: "30"', 'headgate.dev/treshold: "3"']),
    /^stdin, document 1 \(line 2\): Deployment prod\/podinfo$/m,
    /^ {2}headgate\.dev\/interval = "30": has no unit; write 30s/m,
    /^ {2}headgate\.dev\/treshold = "3": .*did you mean headgate\.dev\/threshold\?$/m,
    /^1 object of Headgate checked: 2 problems$/m,
  ],
  'a value that is no text, as kubectl would refuse it, and the others all the same': [
    deployment(['headgate.dev/canary: true', 'headgate.dev/threshold: 0']),
    /^ {2}headgate\.dev\/canary = true: must be text; put it in quotes/m,
    /^ {2}headgate\.dev\/threshold = 0: must be text/m,
    /^ {2}headgate\.dev\/threshold = "0": /m,
  ],
  'a list where its text was meant': [
    deployment([optIn, 'headgate.dev/metrics: [{name: latency}]']),
    /headgate\.dev\/metrics = \[\{"name":"latency"\}\]: must be text; .*write \|/,
  ],
  'a Deployment without a pod template': [
    `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a, annotations: {${optIn}}}\nspec: {selector: {}}\n`,
    /Deployment a\n {2}spec\.template: is missing; it must be a map$/m,
  ],
  'a Canary, by its fields': [
    canary('{targetRef: {name: podinfo}, service: {port: 9898}, analysis: {interval: 30, maxWeigth: 50}}'),
    /: Canary prod\/settings$/m,
    /^ {2}spec\.analysis\.interval = 30: must be a duration/m,
    /^ {2}spec\.analysis\.maxWeigth = 50: is no known field; did you mean maxWeight\?$/m,
  ],
  'a Canary of a version that there is not': [
    canary(GOOD_SPEC, 'headgate.dev/v1beta1'),
    /apiVersion = "headgate.dev\/v1beta1": must be headgate\.dev\/v1/,
  ],
  'a Canary without a spec': [canary(''), /^ {2}spec/m],
  'a Deployment under the settings of a Canary in another document': [
    `${canary('{targetRef: {name: podinfo}, service: {port: 80, targetPort: web}}')}---${deployment([])}`,
    /: Deployment prod\/podinfo\n {2}spec\.service\.targetPort = "web": /m,
  ],
  'a Deployment under the name of the canary that is not Headgate’s': [
    `${deployment([optIn])}---${neighbour('apps/v1', 'Deployment')}---${neighbour('apps/v1', 'Deployment', 'test')}`,
    /^ {2}metadata\.name = "podinfo": has its canary under the name podinfo-canary, and Deployment podinfo-canary \(stdin, document 2 \(line \d+\)\) is not Headgate's; give that another name/m,
    /: 1 problem$/m,
  ],
  'a Service of that name, under the settings of a Canary': [
    `${canary(GOOD_SPEC)}---${deployment([])}---${neighbour('v1', 'Service')}`,
    /Service podinfo-canary \(stdin, document 3 /,
  ],
  'text that is no YAML': ['a: [', /is no YAML/, /^0 objects of Headgate checked: \d problems?$/m],
};

for (const [sentence, [stdin, ...wanted]] of Object.entries(wrong)) {
  void t.test(`wrong: ${sentence}`, async (t) => {
    const { code, stdout, stderr } = await headgate(['validate', '-f', '-'], { stdin });
    for (const words of wanted) t.match(stdout, words);
    t.equal(code, 1);
    t.equal(stderr, '');
  });
}

void t.test('files are judged together', async (t) => {
  const dir = t.testdir({
    'canary.yaml': canary('{targetRef: {name: podinfo}, service: {port: 80, targetPort: web}}'),
    'deployment.yaml': deployment([]),
  });
  const files = ['canary', 'deployment'].flatMap((name) => ['-f', `${dir}/${name}.yaml`]);
  const { code, stdout } = await headgate(['validate', ...files]);
  t.match(stdout, `${dir}/deployment.yaml, document 1 (line 2): Deployment prod/podinfo`);
  t.match(stdout, /^2 objects of Headgate checked: 1 problem$/m);
  t.equal(code, 1);
});

void t.test('a file that is not there is not a problem of its content', async (t) => {
  const { code, stderr } = await headgate(['validate', '-f', '/nowhere.yaml']);
  t.match(stderr, /^headgate: cannot read \/nowhere\.yaml: ENOENT/);
  t.equal(code, 2);
});
