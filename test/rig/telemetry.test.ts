import t from 'tap';
import { openRig, waitFor } from './rig.ts';
import { route, twoPorts, twoProtocols } from './selftest/mesh-objects.ts';
import { service } from './selftest/objects.ts';

const rig = openRig();
const namespace = await rig.createNamespace('rig-telemetry');
const gateways = [rig.mesh.gatewayName];
const hostOf = (name: string): string => `${name}.${namespace}.example.com`;

t.teardown(async () => {
  await rig.api.delete(`/api/v1/namespaces/${namespace}`);
  await rig.close();
});

const inNamespace = (group: string, plural: string): string => `/${group}/namespaces/${namespace}/${plural}`;
const deployments = inNamespace('apis/apps/v1', 'deployments');
const services = inNamespace('api/v1', 'services');
const routes = inNamespace('apis/networking.istio.io/v1', 'virtualservices');

type Labels = Record<string, string>;

/** How many requests have these labels. */
async function counted(labels: Labels, metric = 'istio_requests_total'): Promise<number> {
  const selector = Object.entries(labels).map(([name, value]) => `${name}="${value}"`);
  const [sum] = await rig.prometheus.query(`sum(${metric}{${selector.join(',')}})`);
  return sum?.value ?? 0;
}

const source = (labels: Labels): Promise<number> => counted({ reporter: 'source', ...labels });
const destination = (workload: string, labels: Labels = {}): Promise<number> =>
  counted({
    reporter: 'destination',
    destination_workload_namespace: namespace,
    destination_workload: workload,
    ...labels,
  });

const toService = (name: string): Labels => ({
  destination_service: `${name}.${namespace}.svc.cluster.local`,
  destination_service_name: name,
  destination_service_namespace: namespace,
});

void t.test('two workloads that serve HTTP and gRPC', async () => {
  await Promise.all([
    rig.api.create(deployments, twoProtocols('app', '1.4.0')),
    rig.api.create(deployments, twoProtocols('faulty', '1.4.1-errors')),
    rig.api.create(services, twoPorts('app')),
    rig.api.create(services, twoPorts('faulty')),
    rig.api.create(services, service('empty')),
    rig.api.create(services, twoPorts('lost')),
    rig.api.create(
      routes,
      route('app', hostOf('app'), gateways, { route: [{ destination: { host: 'app', port: { number: 80 } } }] }),
    ),
    rig.api.create(
      routes,
      route('mirrored', hostOf('mirrored'), gateways, {
        route: [{ destination: { host: 'app', port: { number: 80 } } }],
        mirror: { host: 'faulty', port: { number: 80 } },
      }),
    ),
    rig.api.create(
      routes,
      route('nowhere', hostOf('nowhere'), gateways, { route: [{ destination: { host: 'app', port: { number: 7 } } }] }),
    ),
    rig.api.create(
      routes,
      route('lost', 'lost', [], { route: [{ destination: { host: 'app', port: { number: 7 } } }] }),
    ),
  ]);
  const available = async (name: string) =>
    (await rig.api.get(`${deployments}/${name}`))['status'].availableReplicas === 1;
  await waitFor('both to be available', async () => (await available('app')) && (await available('faulty')), {
    timeoutMs: 60_000,
  });
  const names = ['app', 'faulty'].map((name) => `outbound|81||${name}.${namespace}.svc.cluster.local`);
  await waitFor('their clusters in both Envoys', async () => {
    const { gateway, sidecar } = await rig.envoyClusterNames();
    return names.every((name) => gateway.includes(name) && sidecar.includes(name));
  });
});

void t.test('the sidecar takes each port of a Service to the right port of its pods', async (t) => {
  const http = await waitFor('an answer', async () => {
    const answer = await rig.caller.request({ host: `app.${namespace}` });
    return answer.status === 200 && answer;
  });
  t.match(http.body, /1\.4\.0/);
  const grpc = await waitFor('an answer by gRPC', async () => {
    const answer = await rig.caller.grpc({ host: `app.${namespace}`, port: 81 });
    return answer.grpcStatus === 0 && answer;
  });
  t.match(grpc.body.toString(), /1\.4\.0/);
});

void t.test('an answer counts once at the source and once at the destination', async (t) => {
  const host = hostOf('app');
  await waitFor('an answer', async () => (await rig.gateway.request({ host })).status === 200);
  const labels = {
    ...toService('app'),
    source_workload: 'istio-ingressgateway',
    source_workload_namespace: 'istio-system',
    destination_workload: 'app',
    destination_workload_namespace: namespace,
    request_protocol: 'http',
    response_code: '200',
    response_flags: '-',
    grpc_response_status: '',
  };
  const before = await waitFor('the first answer in the figures', () => source(labels));
  for (let n = 0; n < 20; n += 1) await rig.gateway.request({ host });
  await waitFor('20 more at the source', async () => (await source(labels)) === before + 20);
  t.equal(await counted({ reporter: 'destination', ...labels }), before + 20);
  const duration = 'istio_request_duration_milliseconds';
  t.equal(await counted({ reporter: 'destination', ...labels, le: '+Inf' }, `${duration}_bucket`), before + 20);
  t.equal(await counted({ reporter: 'source', ...labels }, `${duration}_count`), before + 20);
});

void t.test('a cluster that is missing: the gateway names no destination', async (t) => {
  const host = hostOf('nowhere');
  const labels = { source_workload: 'istio-ingressgateway', destination_service: 'unknown', response_flags: 'NC' };
  const before = await source(labels);
  await waitFor('the route in Envoy', async () => (await rig.gateway.request({ host })).status === 503);
  // The figures may begin anew meanwhile, as another test restarts what counts: then they pass what they were before.
  await waitFor('NC at the source', async () => {
    await rig.gateway.request({ host });
    return (await source({ ...labels, response_code: '503' })) > before;
  });
  t.equal(await counted({ reporter: 'destination', response_flags: 'NC' }), 0);
});

void t.test('a cluster that is missing: the sidecar names what was asked for', async (t) => {
  const host = `lost.${namespace}`;
  await waitFor('the route in Envoy', async () => (await rig.caller.request({ host })).status === 503);
  await waitFor('NC of HTTP', () => source({ destination_service: host, response_flags: 'NC', response_code: '503' }));
  const { grpcStatus } = await rig.caller.grpc({ host, port: 81 });
  t.equal(grpcStatus, 14);
  const named = { destination_service_name: `${host}:81`, destination_service_namespace: 'unknown' };
  const grpc = { request_protocol: 'grpc', response_code: '200', grpc_response_status: '14' };
  await waitFor('NC of gRPC', () => source({ ...named, ...grpc, response_flags: 'NC' }));
});

void t.test('a Service without endpoints: its name, no workload, and no figure of a destination', async (t) => {
  const host = `empty.${namespace}`;
  await waitFor('the cluster', async () => (await rig.caller.request({ host, port: 9898 })).status === 503);
  const labels = { ...toService('empty'), destination_workload: 'unknown', response_code: '503' };
  await waitFor('UH at the source', () => source({ ...labels, response_flags: 'UH' }));
  t.equal(await counted({ reporter: 'destination', ...toService('empty') }), 0);
});

void t.test('a gRPC answer counts with its status, a retry at the destination alone', async (t) => {
  const load = rig.load({
    via: 'mesh',
    host: `faulty.${namespace}`,
    port: 81,
    protocol: 'grpc',
    rps: 100,
    maxMs: 60_000,
  });
  await waitFor('failures of both kinds', () => {
    const { total, byGrpcStatus } = load.summary();
    return total >= 300 && byGrpcStatus[13];
  });
  const { total, byStatus, byGrpcStatus, failures } = await load.stop();
  t.equal(byStatus[200], total, 'a failure of gRPC is a 200 of HTTP');
  t.equal(failures, total - (byGrpcStatus[0] ?? 0));
  const grpc = { request_protocol: 'grpc', response_code: '200' };
  await waitFor(
    'every answer at the source',
    async () => (await source({ ...toService('faulty'), ...grpc })) === total,
  );
  t.equal(await source({ ...toService('faulty'), ...grpc, grpc_response_status: '13' }), byGrpcStatus[13]);
  const unavailable = { ...grpc, grpc_response_status: '14' };
  const [once, each] = await Promise.all([
    source({ ...toService('faulty'), ...unavailable }),
    destination('faulty', unavailable),
  ]);
  t.ok(each > once, `UNAVAILABLE, which the sidecar tries again: ${each} attempts, ${once} answers`);
});

void t.test('a mirrored request counts at its destination alone', async (t) => {
  const host = hostOf('mirrored');
  await waitFor('an answer', async () => (await rig.gateway.request({ host })).status === 200);
  const http = { request_protocol: 'http' };
  const before = await waitFor('the copy in the figures', () => destination('faulty', http));
  for (let n = 0; n < 20; n += 1) await rig.gateway.request({ host });
  await waitFor('20 more copies', async () => (await destination('faulty', http)) === before + 20);
  t.equal(await source({ ...toService('faulty'), ...http }), 0);
});

void t.test('load from within the mesh', async (t) => {
  const load = rig.load({ via: 'mesh', host: `app.${namespace}.svc.cluster.local`, rps: 200, maxMs: 30_000 });
  await waitFor('400 answers', () => load.samples.length >= 400);
  const { failures, byRevision, total } = await load.stop();
  t.equal(failures, 0);
  t.equal(byRevision['1.4.0'], total);
  const labels = { ...toService('app'), source_workload: 'caller', source_workload_namespace: 'caller' };
  await waitFor(
    'all of it at the source',
    async () => (await source({ ...labels, request_protocol: 'http' })) >= total,
  );
});
