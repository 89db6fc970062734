import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import t from 'tap';
import type { Canary } from '../../src/rollout/machine/canary.ts';
import type { PastRelease } from '../../src/rollout/machine/history.ts';
import { tracedCaller } from '../../src/scheduler/hooks/traced-caller.ts';
import { tracedSources } from '../../src/scheduler/metric-templates/traced-sources.ts';
import { releaseTrace } from '../../src/telemetry/release-trace.ts';
import { NO_TRACING, startTracing, type Tracing } from '../../src/telemetry/tracing.ts';

const STARTED = '2026-01-05T08:00:00.000Z';
const ENDED = '2026-01-05T08:05:00.000Z';

const canary = (phase = 'Progressing', startedAt = STARTED): Canary =>
  ({
    metadata: { namespace: 'shop', name: 'cart', uid: 'one' },
    spec: {},
    status: { phase, release: { startedAt, weight: 20 } },
  }) as unknown as Canary;

const past = {
  startedAt: STARTED,
  endedAt: ENDED,
  outcome: 'failed',
  revision: 'r1',
  message: 'too slow',
} as PastRelease;

interface Span {
  name: string;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  status: { code?: number; message?: string };
  attributes: { key: string; value: Record<string, unknown> }[];
}

interface Export {
  resourceSpans: { resource: { attributes: Span['attributes'] }; scopeSpans: { spans: Span[] }[] }[];
}

/** What a receiver of OTLP is sent, while schedulers trace to it. */
async function sent(traces: (start: () => Promise<Tracing>) => Promise<void>): Promise<Export['resourceSpans']> {
  const exports: Export[] = [];
  const server = createServer((request, response) => {
    void json(request).then((body) => {
      exports.push(body as Export);
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] = endpoint;
  process.env['OTEL_RESOURCE_ATTRIBUTES'] = 'deployment.environment=test';
  try {
    await traces(() => startTracing(process.env, '1.2.3'));
  } finally {
    delete process.env['OTEL_EXPORTER_OTLP_ENDPOINT'];
    delete process.env['OTEL_RESOURCE_ATTRIBUTES'];
    server.closeAllConnections();
    server.close();
  }
  return exports.flatMap(({ resourceSpans }) => resourceSpans);
}

const spansOf = (resources: Export['resourceSpans']): Span[] =>
  resources.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));

void t.test('without an endpoint nothing is traced, and nobody is sent a header', async (t) => {
  for (const environment of [
    {},
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318', OTEL_SDK_DISABLED: 'true' },
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318', OTEL_TRACES_EXPORTER: 'none' },
  ]) {
    t.equal(await startTracing(environment, '1.2.3'), NO_TRACING);
  }
  t.equal(await NO_TRACING.tick([canary()], async () => 5), 5);
  t.same(NO_TRACING.headers(), {});
});

void t.test('two schedulers write ticks, hooks and queries of a release into one trace', async (t) => {
  let headers: Readonly<Record<string, string>> | undefined;
  const resources = await sent(async (start) => {
    const [one, other] = await Promise.all([start(), start()]);
    const caller = tracedCaller(
      {
        ask: async (question) => {
          headers = question.headers;
          return { outcome: 'failed', message: 'no' };
        },
      },
      one,
    );
    const { prometheus } = tracedSources(
      {
        prometheus: { query: async () => ({ kind: 'value', value: 1 }) },
        metricTemplates: { ask: async () => ({ result: { kind: 'error', message: 'away' }, asked: '' }) },
      },
      one,
    );
    const question = {
      type: 'rollout',
      url: 'http://hook',
      namespace: 'shop',
      timeoutMs: 1,
      retries: 0,
      body: {},
    } as const;
    await one.tick([canary()], async () => {
      await caller.ask(question, new AbortController().signal);
      await prometheus.query('up');
    });
    const failing = other.tick([canary()], () => Promise.reject(new Error('no API server')));
    await t.rejects(failing, /no API server/, 'a failing tick fails as before');
    other.ended(canary('Failed'), past);
    await Promise.all([one.stop(), other.stop()]);
  });
  const spans = spansOf(resources);
  const { traceId, spanId } = releaseTrace(canary(), STARTED);
  t.same([...new Set(spans.map((span) => span.traceId))], [traceId], 'one trace');
  const named = (name: string) => spans.filter((span) => span.name === name);
  const [release] = named('release');
  t.match(release, { spanId, status: { code: 2, message: 'too slow' } });
  t.notOk(release?.parentSpanId, 'the root');
  t.equal(Number(release?.endTimeUnixNano) - Number(release?.startTimeUnixNano), 300e9);
  const ticks = named('tick');
  t.same(
    ticks.map(({ parentSpanId }) => parentSpanId),
    [spanId, spanId],
    'a tick is a part of the release',
  );
  t.same(ticks.map(({ status }) => status.message ?? '').toSorted(), ['', 'no API server']);
  const good = ticks.find(({ status }) => status.message === undefined);
  const [hook] = named('hook rollout');
  t.match(hook, { parentSpanId: good?.spanId, status: { code: 2, message: 'failed: no' } });
  t.match(named('metric query')[0], { parentSpanId: good?.spanId, attributes: [{ value: { stringValue: 'up' } }] });
  t.equal(headers?.['traceparent'], `00-${traceId}-${hook?.spanId}-01`, 'the hook knows its own span');
  const texts = JSON.stringify(resources.map(({ resource }) => resource));
  t.match(texts, 'headgate-scheduler');
  t.match(texts, 'deployment.environment');
});

void t.test('a tick without a release is no span, nor is what is asked in it', async (t) => {
  const resources = await sent(async (start) => {
    const tracing = await start();
    const part = { name: 'part', attributes: {}, run: async () => tracing.headers(), failure: () => undefined };
    t.same(await tracing.tick([canary('Succeeded')], () => tracing.part(part)), {});
    t.same(await tracing.tick([], () => tracing.part(part)), {});
    await tracing.stop();
  });
  t.same(resources, []);
});

void t.test('each release has a trace of its own', async (t) => {
  t.not(releaseTrace(canary(), STARTED).traceId, releaseTrace(canary(), ENDED).traceId);
  t.same(releaseTrace(canary(), STARTED), releaseTrace(canary('Failed'), STARTED));
});

void t.test('a receiver that is away keeps nobody', async (t) => {
  process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] = 'http://127.0.0.1:9';
  process.env['OTEL_EXPORTER_OTLP_TIMEOUT'] = '500';
  const tracing = await startTracing(process.env, '1.2.3');
  delete process.env['OTEL_EXPORTER_OTLP_ENDPOINT'];
  delete process.env['OTEL_EXPORTER_OTLP_TIMEOUT'];
  t.equal(await tracing.tick([canary()], async () => 'done'), 'done');
  await tracing.stop();
});
