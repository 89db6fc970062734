import t from 'tap';
import type { Container } from '../../../src/rollout/kube.ts';
import { portDoubt, servedPort } from '../../../src/rollout/workload/ports.ts';

type Declared = NonNullable<Container['ports']>[number];

const template = (ports: Declared[], sidecarPorts: Declared[] = []) => ({
  metadata: {},
  spec: {
    containers: [{ name: 'app', image: 'app:1', ports }],
    initContainers: [{ name: 'proxy', image: 'proxy:1', restartPolicy: 'Always', ports: sidecarPorts }],
  },
});

void t.test('the port that is served', async (t) => {
  const http = { name: 'http', containerPort: 9898 };
  const metrics = { name: 'http-metrics', containerPort: 9797 };
  const tcp = { name: 'tcp-raft', containerPort: 7000 };
  const plain = { containerPort: 8080 };
  const rows: [string, Declared[], number | string | undefined, { port: number; portName: string } | undefined][] = [
    ['the first that says HTTP', [tcp, http, metrics], undefined, { port: 9898, portName: 'http' }],
    ['gRPC by its name', [{ name: 'grpc', containerPort: 9999 }], undefined, { port: 9999, portName: 'grpc' }],
    ['a lone one without a name', [plain], undefined, { port: 8080, portName: 'http' }],
    ['a lone one of another protocol', [tcp], undefined, undefined],
    ['two that say nothing', [plain, { containerPort: 8081 }], undefined, undefined],
    ['none', [], undefined, undefined],
    ['the one that is named', [http, metrics], 'http-metrics', { port: 9797, portName: 'http' }],
    ['the one of that number', [http, tcp], 7000, { port: 7000, portName: 'http' }],
    ['a number that nobody declares', [http], 1234, { port: 1234, portName: 'http' }],
    ['a name that nobody has', [http], 'web', undefined],
    ['UDP is no port for it', [{ name: 'http3', containerPort: 443, protocol: 'UDP' }], undefined, undefined],
  ];
  for (const [what, ports, target, expected] of rows) t.same(servedPort(template(ports), target), expected, what);
  t.same(servedPort(template([http], [plain]), undefined)?.port, 9898, 'containers come before sidecars');
});

void t.test('a number that no container declares is doubted, and no other', async (t) => {
  const ports = [{ name: 'http', containerPort: 9898 }];
  t.match(portDoubt(9899, template(ports)), /no container declares this port \(declared: 9898 \(http\)\)/);
  t.equal(portDoubt(9898, template(ports)), undefined, 'declared');
  t.equal(portDoubt(8080, template(ports, [{ containerPort: 8080 }])), undefined, 'declared by a sidecar');
  t.equal(portDoubt('http', template(ports)), undefined, 'a name is judged elsewhere');
  t.equal(portDoubt(undefined, template(ports)), undefined, 'left out');
  t.equal(portDoubt(9899, template([])), undefined, 'a template that declares nothing');
});
