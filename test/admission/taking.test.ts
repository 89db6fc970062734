import t from 'tap';
import { takingWords } from '../../src/admission/taking.ts';
import type { Container, Deployment } from '../../src/rollout/kube.ts';
import { annotate, edit, stored } from './build.ts';

type Ports = Container['ports'];

const withPorts = (ports: Ports, annotations: Record<string, string> = {}): Deployment => {
  const { spec, ...rest } = edit(stored({}), annotate(annotations));
  const containers = spec.template.spec.containers.map((container) => ({ ...container, ports: ports ?? [] }));
  return { ...rest, spec: { ...spec, template: { ...spec.template, spec: { ...spec.template.spec, containers } } } };
};

const said: Record<string, [deployment: Deployment, wanted: RegExp]> = {
  'the port whose name says gRPC, not the first': [
    withPorts([
      { name: 'metrics', containerPort: 9090 },
      { name: 'grpc', containerPort: 7000 },
    ]),
    /else one that is made, of port 7000 \(grpc\); the label app tells its canary apart$/,
  ],
  'a port that is written': [
    withPorts([{ containerPort: 8080 }], { 'headgate.dev/port': '80', 'headgate.dev/port-name': 'http-web' }),
    /of port 80 \(http-web\);/,
  ],
  'without a port, that a Service is needed, and no word of inventing one': [
    withPorts([]),
    /is that of its name, else the only one that selects its pods, without one it cannot be released; the label app/,
  ],
  'a Service that is written': [withPorts([], { 'headgate.dev/service': 'web' }), /divides is web; the label app/],
  'nothing of settings that are a Canary’s': [
    withPorts([], { 'headgate.dev/canary': 'canary/web' }),
    /^headgate: which Service, port and label podinfo takes is said by Canary web$/,
  ],
};

for (const [sentence, [deployment, wanted]] of Object.entries(said)) {
  void t.test(sentence, async (t) => t.match(takingWords(deployment), [wanted]));
}

void t.test('no name makes it longer than the API server keeps', async (t) => {
  const { metadata, ...rest } = withPorts([{ containerPort: 8080 }], { 'headgate.dev/service': 's'.repeat(56) });
  const long = { ...rest, metadata: { ...metadata, name: 'd'.repeat(56) } };
  for (const words of takingWords(long)) t.ok(words.length <= 256, `${words.length}`);
});

void t.test('nothing is said of settings that cannot be used', async (t) => {
  t.same(takingWords(withPorts([], { 'headgate.dev/interval': 'soon' })), []);
});
