import t from 'tap';
import { KubeError } from '../../src/cluster/errors.ts';
import type { RequestReport } from '../../src/cluster/transport.ts';
import {
  type Answer,
  FaultServer,
  failure,
  json,
  list,
  object,
  plain,
  refused,
  reset,
  silence,
} from './fault-server.ts';

const server = await new FaultServer().start();
const reports: RequestReport[] = [];
const client = server.client({ deadlineMs: 1_000, onRequest: (report) => reports.push(report) });
t.beforeEach(() => {
  reports.length = 0;
});
t.teardown(async () => {
  await client.close();
  await server.stop();
});

const path = '/api/v1/namespaces/ns/services';
const ok = json(200, object('a', 1));
const page: Answer = (response) => response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad gateway</h1>');
const nonsense: Answer = (response) => response.writeHead(200).end('{"kind":');
const half: Answer = (response) => {
  response.writeHead(200, { 'content-length': '100' }).write('{"kind":');
  setTimeout(() => response.destroy(), 20);
};

const reads: Record<string, [answers: Answer[], requests: number, end: object | 'value']> = {
  'a read is repeated after a broken connection': [[reset, ok], 2, 'value'],
  'a read is repeated when its answer breaks off': [[half, ok], 2, 'value'],
  'a read is repeated when the server has too much to do': [[refused(429, 'TooManyRequests'), ok], 2, 'value'],
  'a read is repeated when the server is not ready': [[refused(503, 'ServiceUnavailable'), ok], 2, 'value'],
  'a read is not repeated without end': [[reset], 4, { code: 'KUBE_UNREACHABLE', status: 0, retry: true }],
  'a read is not repeated when the server failed': [[refused(500, 'InternalError')], 1, { status: 500, retry: true }],
  'a read is not repeated when it was refused': [
    [refused(404, 'NotFound')],
    1,
    {
      code: 'KUBE_REFUSED',
      status: 404,
      reason: 'NotFound',
      retry: false,
      message: /^get \/api.*: 404 NotFound: because/,
    },
  ],
  'a wait longer than the deadline is left to the caller': [
    [refused(429, 'TooManyRequests', { 'retry-after': '30' })],
    1,
    { status: 429, retryAfterMs: 30_000 },
  ],
  'a page of a proxy is an error with its first words': [[page], 1, { status: 502, message: /Bad gateway/ }],
  'an answer that is no JSON is an error': [[nonsense], 1, { code: 'KUBE_UNREADABLE', status: 0 }],
  'a server that says nothing is left after the deadline': [
    [silence],
    1,
    { code: 'KUBE_DEADLINE', status: 0, retry: true },
  ],
};

for (const [sentence, [answers, requests, end]] of Object.entries(reads)) {
  void t.test(sentence, async (t) => {
    server.answer(...answers);
    const result = client.get(`${path}/a`);
    if (end === 'value') t.match(await result, object('a', 1));
    else t.match(await failure(result), end);
    t.equal(server.seen.length, requests);
    t.equal(reports.length >= requests, true);
  });
}

void t.test('what another API answers is given as it is, and reported by a name of ours', async (t) => {
  server.answer(
    json(200, { kind: 'ExternalMetricValueList', apiVersion: 'external.metrics.k8s.io/v1beta1', items: [] }),
  );
  const external = '/apis/external.metrics.k8s.io/v1beta1/namespaces/ns/queue_length?labelSelector=app%3Da';
  t.match(await client.getAnswer(external, 'externalmetrics'), { items: [] });
  t.match(server.seen.at(-1), { path: external.split('?')[0], query: { labelSelector: 'app=a' } });
  t.match(reports, [{ verb: 'get', resource: 'externalmetrics', code: 200 }]);
});

void t.test('a write is never repeated, whatever happened to it', async (t) => {
  const writes = {
    create: () => client.create(path, object('a', 1)),
    replace: () => client.replace(`${path}/a`, object('a', 1)),
    patch: () => client.patch(`${path}/a`, 'merge', {}),
    delete: () => client.delete(`${path}/a`),
  };
  for (const [name, write] of Object.entries(writes)) {
    for (const answer of [reset, refused(503, 'ServiceUnavailable'), refused(429, 'TooManyRequests')]) {
      server.answer(answer, ok);
      t.ok((await failure(write())) instanceof KubeError);
      t.equal(server.seen.length, 1, name);
    }
  }
});

void t.test('a Retry-After within the deadline is kept', async (t) => {
  const patient = server.client({ deadlineMs: 5_000 });
  server.answer(refused(503, 'ServiceUnavailable', { 'retry-after': '1' }), ok);
  const before = performance.now();
  await patient.get(`${path}/a`);
  t.ok(performance.now() - before >= 900);
  await patient.close();
});

void t.test('after a 401 any verb is tried once more, with new credentials', async (t) => {
  const asked: boolean[] = [];
  const headers = async (fresh: boolean) => {
    asked.push(fresh);
    return { Authorization: fresh ? 'Bearer new' : 'Bearer old' };
  };
  const own = server.client({ credentials: { ...plain(server.url), headers } });
  server.answer(refused(401, 'Unauthorized'), ok);
  await own.create(path, object('a', 1));
  t.strictSame(
    server.seen.map((request) => request.headers.authorization),
    ['Bearer old', 'Bearer new'],
  );
  server.answer(refused(401, 'Unauthorized'));
  t.match(await failure(own.create(path, object('a', 1))), { status: 401 });
  t.strictSame(asked, [false, true, false, true]);
  await own.close();
});

void t.test('the caller can end a call', async (t) => {
  server.answer(silence);
  const controller = new AbortController();
  setTimeout(() => controller.abort(new Error('enough')), 30);
  await t.rejects(client.get(path, { signal: controller.signal }), { message: 'enough' });
  t.match(reports, [{ verb: 'get', resource: 'services', code: 'aborted' }]);
});

void t.test('find gives undefined only for what is not there', async (t) => {
  server.answer(refused(404, 'NotFound'));
  t.equal(await client.find(`${path}/a`), undefined);
  server.answer(refused(403, 'Forbidden'));
  t.match(await failure(client.find(`${path}/a`)), { status: 403 });
});

const sent: Record<string, [call: () => Promise<unknown>, request: object]> = {
  'a JSON patch of a subresource': [
    () => client.patch(`${path}/a`, 'json', [{ op: 'remove', path: '/spec' }], { subresource: 'status' }),
    {
      method: 'PATCH',
      path: `${path}/a/status`,
      query: { fieldManager: 'test' },
      headers: { 'content-type': 'application/json-patch+json', 'user-agent': 'test/1' },
      body: '[{"op":"remove","path":"/spec"}]',
    },
  ],
  'a merge patch': [
    () => client.patch(`${path}/a`, 'merge', { a: 'ü' }, { fieldManager: 'other', force: true }),
    {
      query: { fieldManager: 'other', force: undefined },
      headers: { 'content-type': 'application/merge-patch+json' },
      body: '{"a":"ü"}',
    },
  ],
  'a forced apply': [
    () => client.patch(`${path}/a`, 'apply', {}, { force: true, dryRun: true }),
    {
      query: { fieldManager: 'test', force: 'true', dryRun: 'All' },
      headers: { 'content-type': 'application/apply-patch+yaml' },
    },
  ],
  'a delete with preconditions': [
    () => client.delete(`${path}/a`, { uid: 'u', propagation: 'Background' }),
    { method: 'DELETE', body: /"preconditions":\{"uid":"u"\},"propagationPolicy":"Background"/ },
  ],
  'a delete without': [() => client.delete(`${path}/a`), { body: '{"apiVersion":"v1","kind":"DeleteOptions"}' }],
  'a list with selectors': [
    () => client.list(path, { labelSelector: 'a=b,c in (d)', fieldSelector: 'metadata.name=x' }),
    { method: 'GET', query: { labelSelector: 'a=b,c in (d)', fieldSelector: 'metadata.name=x' } },
  ],
};

for (const [sentence, [call, request]] of Object.entries(sent)) {
  void t.test(`sent: ${sentence}`, async (t) => {
    server.answer(sentence.startsWith('a list') ? list(1) : ok);
    await call();
    t.match(server.seen, [request]);
  });
}

void t.test('a list comes in pages; every object says what it is', async (t) => {
  const part = (names: string[], next?: string) =>
    json(200, {
      kind: 'ServiceList',
      apiVersion: 'v1',
      metadata: { resourceVersion: next ? '7' : '9', continue: next },
      items: names.map((name) => ({ metadata: { name } })),
    });
  server.answer(part(['a', 'b'], 'more'), part(['c']));
  const all = await client.listAll(path, { labelSelector: 'x' });
  t.strictSame(all, {
    items: ['a', 'b', 'c'].map((name) => ({ apiVersion: 'v1', kind: 'Service', metadata: { name } })),
    resourceVersion: '7',
  });
  t.match(server.seen, [
    { query: { limit: '500', labelSelector: 'x' } },
    { query: { continue: 'more', limit: '500' } },
  ]);

  server.answer(part(['a'], 'more'), refused(410, 'Expired'), part(['a', 'b']));
  t.equal((await client.listAll(path)).items.length, 2, 'all at once when a page came too late');
  t.strictSame(server.seen.at(-1)?.query, {});
});

void t.test('metadata alone is a list of its own kind, where it was asked for', async (t) => {
  const type = { apiVersion: 'meta.k8s.io/v1', kind: 'PartialObjectMetadata' };
  const { metadata } = object('a', 1);
  const list = {
    ...type,
    kind: `${type.kind}List`,
    metadata: { resourceVersion: '1' },
    items: [{ ...type, metadata }],
  };
  server.answer(json(200, list));
  t.match(await client.list(path, {}, { metadataOnly: true }), { items: [{ metadata }] });
  t.match(server.seen.at(-1)?.headers['accept'], 'as=PartialObjectMetadataList');
  t.match(await failure(client.list(path)), { code: 'KUBE_UNREADABLE' }, 'objects without content are none');
});

/** 200, and JSON: what a gateway, a cache or another server may answer. */
const others: Record<string, object> = {
  nothing: {},
  'a Status': { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' },
  'an object of another kind': { ...object('a', 1), kind: 'Pod' },
  'an object of another group': { ...object('a', 1), apiVersion: 'serving.knative.dev/v1' },
  'another object': object('b', 1),
  'a list of another kind': { kind: 'PodList', apiVersion: 'v1', metadata: { resourceVersion: '1' }, items: [] },
  'a list without a list': { kind: 'ServiceList', apiVersion: 'v1', metadata: { resourceVersion: '1' }, items: {} },
};

for (const [sentence, body] of Object.entries(others)) {
  void t.test(`what is JSON, and not what was asked for, is an error: ${sentence}`, async (t) => {
    server.answer(json(200, body));
    const calls = {
      get: () => client.get(`${path}/a`),
      find: () => client.find(`${path}/a`),
      list: () => client.list(path),
      patch: () => client.patch(`${path}/a`, 'merge', {}),
    };
    for (const [name, call] of Object.entries(calls)) t.match(await failure(call()), { code: 'KUBE_UNREADABLE' }, name);
  });
}

void t.test('an empty list has null for its items, or leaves them out', async (t) => {
  for (const items of [null, undefined, []]) {
    server.answer(json(200, { kind: 'ServiceList', apiVersion: 'v1', metadata: { resourceVersion: '1' }, items }));
    t.same(await client.list(path), { items: [], resourceVersion: '1' });
  }
});

void t.test('calls share connections, and a server may have a path', async (t) => {
  server.answer(ok);
  const own = server.client({ credentials: plain(`${server.url}/k8s/clusters/c-1`), connections: 2 });
  const before = server.sockets;
  for (let i = 0; i < 20; i += 1) await own.get(`${path}/a`);
  t.ok(server.sockets - before <= 2, 'one after the other');
  await Promise.all(Array.from({ length: 20 }, () => own.get(`${path}/a`)));
  t.equal(server.sockets - before, 2, 'many at once');
  t.equal(server.seen.at(-1)?.path, `/k8s/clusters/c-1${path}/a`);
  await own.close();
});

void t.test('every request is reported', async (t) => {
  server.answer(reset, json(404, {}), ok);
  await t.rejects(client.get(`${path}/a`));
  await client.patch(`${path}/a`, 'merge', {}, { subresource: 'scale' });
  t.strictSame(reports, [
    { verb: 'get', resource: 'services', code: 'unreachable' },
    { verb: 'get', resource: 'services', code: 404 },
    { verb: 'patch', resource: 'services/scale', code: 200 },
  ]);
});
