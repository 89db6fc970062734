import t from 'tap';
import { labelsOf, type ReportingProxy } from './telemetry/labels.ts';
import { type LogLine, parseLine } from './telemetry/log-format.ts';
import { IstioSeries } from './telemetry/series.ts';

const gateway: ReportingProxy = { workload: 'gateway', namespace: 'edge', app: 'gateway', namesByHost: false };
const sidecar: ReportingProxy = { workload: 'caller', namespace: 'caller', app: 'caller', namesByHost: true };

const line = (more: Partial<LogLine>): LogLine => ({
  reporter: 'source',
  protocol: 'HTTP/1.1',
  code: 200,
  flags: '-',
  grpcStatus: null,
  contentType: null,
  authority: 'app.shop:8080',
  route: null,
  services: [{ host: 'app.shop.svc.cluster.local', name: 'app', namespace: 'shop' }],
  workload: 'app-v2;shop;app;v2;Kubernetes',
  durationMs: 7,
  ...more,
});

const unanswered = { code: 503, services: null, workload: null };

void t.test('labels are those of Istio', async (t) => {
  const cases: Record<string, [Partial<LogLine>, ReportingProxy, object | undefined]> = {
    'an answer': [
      {},
      gateway,
      {
        reporter: 'source',
        source_workload: 'gateway',
        destination_workload: 'app-v2',
        destination_canonical_service: 'app',
        destination_canonical_revision: 'v2',
        destination_service: 'app.shop.svc.cluster.local',
        destination_service_name: 'app',
        request_protocol: 'http',
        grpc_response_status: '',
      },
    ],
    'no cluster, at a gateway': [
      { ...unanswered, flags: 'NC' },
      gateway,
      { destination_service: 'unknown', destination_service_name: 'unknown', destination_workload: 'unknown' },
    ],
    'no cluster, at a sidecar': [
      { ...unanswered, flags: 'NC' },
      sidecar,
      { destination_service: 'app.shop:8080', destination_service_name: 'app.shop:8080', response_flags: 'NC' },
    ],
    'no Service, at a sidecar': [
      { ...unanswered, route: 'allow_any', authority: 'example.com', flags: 'UF' },
      sidecar,
      { destination_service: 'example.com', destination_service_name: 'PassthroughCluster' },
    ],
    'a client that left': [{ code: 0, flags: 'DC' }, gateway, { response_code: '0', response_flags: 'DC' }],
    gRPC: [
      { contentType: 'application/grpc+proto', grpcStatus: 0 },
      gateway,
      { request_protocol: 'grpc', grpc_response_status: '0' },
    ],
    'gRPC without a status': [{ contentType: 'application/grpc', code: 0 }, gateway, { grpc_response_status: '' }],
    'an attempt that a pod answered': [{ reporter: 'destination' }, gateway, { reporter: 'destination' }],
    'an attempt that reached no pod': [{ reporter: 'destination', code: 503, flags: 'UF' }, gateway, undefined],
    'an attempt without an answer': [{ reporter: 'destination', code: 0 }, gateway, undefined],
    'a connection that is not HTTP': [{ protocol: null, code: 0 }, gateway, undefined],
  };
  for (const [name, [written, proxy, labels]] of Object.entries(cases)) {
    const got = labelsOf(line(written), proxy);
    if (labels) t.match(got, labels, name);
    else t.equal(got, undefined, name);
  }
  t.equal(Object.keys(labelsOf(line({}), gateway) ?? {}).length, 25);
});

void t.test('half a line is none', async (t) => {
  t.equal(parseLine('{"reporter":"sou'), undefined);
});

void t.test('buckets are cumulative, and idle series go', async (t) => {
  const series = new IstioSeries();
  for (const ms of [1, 7, 7, 5_000_000]) series.add({ name: 'a "quoted" one' }, ms, 100);
  series.add({ name: 'b' }, 3, 200);
  const text = series.text();
  const bucket = (le: string): string =>
    `istio_request_duration_milliseconds_bucket{name="a \\"quoted\\" one",le="${le}"}`;
  t.match(text, `istio_requests_total{name="a \\"quoted\\" one"} 4\n`);
  for (const [le, count] of Object.entries({ '0.5': 0, '1': 1, '5': 1, '10': 3, '3600000': 3, '+Inf': 4 })) {
    t.ok(text.includes(`${bucket(le)} ${count}\n`), `${count} within ${le} ms`);
  }
  series.dropIdle(150);
  t.notMatch(series.text(), 'quoted');
  t.match(series.text(), 'istio_requests_total{name="b"} 1\n');
});
