import t, { type Test } from 'tap';
import { PODINFO_INFO } from '../rig/grpc.ts';
import { type Json, openRig } from '../rig/rig.ts';
import { App } from './support/app.ts';
import { Clients, type Way } from './support/clients.ts';
import { deploy, optIn, release, userApp } from './support/user-app.ts';
import { serviceObject } from './support/user-objects.ts';

/** Releases that are decided by Headgate's own measure, of what real clients got at the gateway and in the mesh. */
const rig = openRig();
t.teardown(() => rig.close());

const MEASURED = {
  ...{ 'step-weights': '20,50', interval: '2s', threshold: '3' },
  metrics: '- {name: request-success-rate, thresholdRange: {min: 97}, interval: 6s}',
};

/** The release failed by its checks alone: of the canary’s answers none was good, and none of the checks was without data. */
async function failedChecks(t: Test, app: App): Promise<void> {
  const status = await app.phase('Failed', 90_000);
  t.match(status, { failedChecks: 3, release: { reason: 'ThresholdReached' } }, 'every check failed');
  t.match(await app.told('CheckFailed'), /success-rate 0% < 97%/);
  t.notOk((await app.reasons()).includes('CheckInconclusive'), 'none was without data');
  t.same(await app.stableTags(), ['1.4.0'], 'the pods are as they were');
}

const only = ({ spec }: Json): Json => spec.template.spec.containers[0];

/** podinfo's own gRPC server, which is all that this app is called by. */
const byGrpc = (deployment: Json): void => {
  Object.assign(only(deployment), {
    args: ['--grpc-port=9999'],
    ports: [{ name: 'grpc', containerPort: 9999 }],
    readinessProbe: { grpc: { port: 9999 }, periodSeconds: 1, failureThreshold: 1 },
  });
};

t.jobs = 3;
t.test('podinfo’s own gRPC: what answers INTERNAL is kept out, the next is promoted', { buffered: true }, async (t) => {
  const app = await userApp(rig, 'own-grpc', { annotations: MEASURED, exposed: true, change: byGrpc });
  const { host, namespace } = app;
  await deploy(app, [serviceObject('podinfo', ['grpc 81 grpc'])]);
  const call = { protocol: 'grpc', path: PODINFO_INFO } as const;
  const ways: Way[] = [
    { ...call, host },
    { ...call, via: 'mesh', host: `podinfo.${namespace}`, port: 81 },
  ];
  await optIn(app);
  const first = await Clients.of(rig, ways);
  await release(app, '1.4.1-garbled');
  await failedChecks(t, app);
  for (const { byStatus, byGrpcStatus, total } of await first.leave()) {
    t.same(byStatus, { 200: total }, 'by HTTP all was well');
    t.same(Object.keys(byGrpcStatus), ['0', '13'], 'by gRPC some answers were INTERNAL');
  }

  const next = await Clients.of(rig, ways);
  await release(app, '1.4.2');
  await app.phase('Succeeded');
  await next.hear('1.4.2');
  await next.servedAll(t);
  await app.delete();
});

/** Listens where the Service does not lead. */
const elsewhere = (deployment: Json): void => {
  const container = only(deployment);
  if (container.image === 'podinfo:1.4.0') return;
  container.args = ['--port=9899'];
  container.readinessProbe.httpGet.port = 9899;
};

/** To pods that know no TLS. */
const encrypted = {
  apiVersion: 'networking.istio.io/v1',
  kind: 'DestinationRule',
  metadata: { name: 'encrypted' },
  spec: { host: 'podinfo-canary', trafficPolicy: { tls: { mode: 'SIMPLE', insecureSkipVerify: true } } },
};

/** What each client got where the canary should have answered: response codes, with Envoy's flags. */
async function canaryAnswers(namespace: string): Promise<string[]> {
  const canary = `destination_service_name="podinfo-canary",destination_service_namespace="${namespace}"`;
  const by = ['source_workload', 'response_code', 'response_flags'];
  const figures = await rig.prometheus.query(`sum by (${by.join()}) (istio_requests_total{${canary}})`);
  return figures.map(({ labels }) => by.map((name) => labels[name]).join(' ')).toSorted();
}

interface Unreached {
  change?: (deployment: Json) => void;
  rule?: object;
}

const UNREACHED: Record<string, Unreached> = {
  'a port that is closed': { change: elsewhere },
  'clients that speak TLS to pods that do not': { rule: encrypted },
};

for (const [name, { change, rule }] of Object.entries(UNREACHED)) {
  t.test(`${name}: the release fails`, { buffered: true }, async (t) => {
    const app = await App.enrolled(rig, 'unreached', { annotations: MEASURED, ...(change && { change }) });
    const { host, namespace } = app;
    if (rule) await app.apply(rule);
    const clients = await Clients.of(rig, [{ host }, { via: 'mesh', host: `podinfo.${namespace}`, port: 9898 }]);
    await app.apply(app.manifest('1.4.1'));
    await failedChecks(t, app);
    t.same(
      await canaryAnswers(namespace),
      ['caller 503 URX,UF', 'istio-ingressgateway 503 URX,UF'],
      'nobody was connected',
    );
    await clients.hear('1.4.0');
    await clients.leave();
    await app.delete();
  });
}
