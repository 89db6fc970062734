import t from 'tap';
import { headgate } from '../build.ts';

const template = (spec: string, kind = 'MetricTemplate', metadata = '{name: errors, namespace: prod}'): string =>
  `apiVersion: headgate.dev/v1\nkind: ${kind}\nmetadata: ${metadata}\nspec: ${spec}\n`;

const canary = (metric: string): string => `
apiVersion: headgate.dev/v1
kind: Canary
metadata: {name: podinfo, namespace: prod}
spec:
  targetRef: {name: podinfo}
  service: {port: 9898}
  analysis: {metrics: [{name: errors, threshold: 5, ${metric}}]}
`;

const REF = 'templateRef: {name: errors}';
const GOOD = '{provider: {type: prometheus}, query: "sum(rate(errors{app=\\"{{ target }}\\"}[{{ interval }}]))"}';
const WITH_VARIABLE =
  '{provider: {type: http, address: "https://a.example"}, query: "/{{ variables.team }}", http: {value: /n}}';

async function validated(stdin: string): Promise<{ code: number | undefined; output: string }> {
  const { code, stdout, stderr } = await headgate(['validate', '-f', '-'], { stdin });
  return { code, output: stdout + stderr };
}

const RIGHT: Record<string, string> = {
  'a template and who refers to it': `${template(GOOD)}---${canary(REF)}`,
  'a template for the whole cluster': `${template(GOOD, 'ClusterMetricTemplate', '{name: errors}')}---${canary(
    'templateRef: {name: errors, kind: ClusterMetricTemplate}',
  )}`,
  'a variable that is given': `${template(WITH_VARIABLE)}---${canary(`${REF}, templateVariables: {team: a}`)}`,
};

const WRONG: Record<string, [text: string, says: RegExp]> = {
  'a provider that there is not': [
    template('{provider: {type: datadogg}, query: a}'),
    /spec.provider.type.*must be one of prometheus, datadog/,
  ],
  'no address where there is no usual one': [
    template('{provider: {type: graphite}, query: a}'),
    /spec.provider.address.*is missing; graphite has no usual address/,
  ],
  'a setting of another provider': [
    template('{provider: {type: datadog, region: eu-west-1}, query: a}'),
    /spec.provider.region.*has no meaning for datadog; drop it/,
  ],
  'a Secret for Headgate’s own server': [
    template('{provider: {type: prometheus, secretRef: {name: a}}, query: up}'),
    /spec.provider.address.*is missing: without it HEADGATE_METRICS_SERVER is asked/,
  ],
  'PromQL that is none': [
    template('{provider: {type: prometheus}, query: "sum(rate(up[1m])"}'),
    /spec.query.*is not PromQL/,
  ],
  'a variable that there is not': [
    template('{provider: {type: datadog}, query: "{{ taget }}"}'),
    /did you mean {{ target }}\?/,
  ],
  'a name outside of quotes': [
    template(
      '{provider: {type: influxdb, address: "http://influxdb:8086", database: app}, query: "SELECT {{ target }}"}',
    ),
    /has {{ target }} at .* outside of quotes; put quotes around it/,
  ],
  'no place of the number': [
    template('{provider: {type: http, address: "https://a.example"}, query: /a}'),
    /spec.http.*is missing; it says where in the answer the number is/,
  ],
  'queries of CloudWatch that are no list': [
    template('{provider: {type: cloudwatch, region: eu-west-1}, query: "SELECT 1"}'),
    /must be the MetricDataQueries of GetMetricData/,
  ],
  'a password in an address': [
    template('{provider: {type: graphite, address: "http://a:b@c"}, query: a}'),
    /must not have a user or a password/,
  ],
  'another version': [template(GOOD).replace('/v1', '/v2'), /apiVersion.*must be headgate.dev\/v1/],
  'a variable that is not given': [
    `${template(WITH_VARIABLE)}---${canary(REF)}`,
    /spec.analysis.metrics\[0\].templateVariables.*has no team, which the template uses as {{ variables.team }}/,
  ],
};

for (const [name, text] of Object.entries(RIGHT)) {
  void t.test(`right: ${name}`, async (t) => {
    const { code, output } = await validated(text);
    t.equal(code, 0, output);
    t.notMatch(output, /note/);
  });
}

for (const [name, [text, says]] of Object.entries(WRONG)) {
  void t.test(`wrong: ${name}`, async (t) => {
    const { code, output } = await validated(text);
    t.equal(code, 1, output);
    t.match(output, says);
  });
}

void t.test('a template that is not among the files may be in the cluster: it is said, and no mistake', async (t) => {
  const { code, output } = await validated(canary('templateRef: {name: errors, namespace: shared}'));
  t.equal(code, 0);
  t.match(output, /metrics\[0\].templateRef is the MetricTemplate shared\/errors, which is not among the files/);
});
