import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import t, { type Test } from 'tap';
import { Prometheus } from '../../src/analysis/prometheus.ts';

/** A metrics server that answers everything in one way, and the requests that it got. */
async function server(t: Test, answer: (response: ServerResponse) => void) {
  const requests: { request: IncomingMessage; body: string }[] = [];
  const http = createServer((request, response) => {
    void text(request).then((body) => {
      requests.push({ request, body });
      answer(response);
    });
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  t.teardown(() => http.close());
  const { port } = http.address() as AddressInfo;
  return { requests, prometheus: new Prometheus(`http://127.0.0.1:${port}/prefix`) };
}

const json =
  (value: unknown, status = 200) =>
  (response: ServerResponse): void =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));

const vector = (...values: unknown[]) => ({
  status: 'success',
  data: { resultType: 'vector', result: values.map((value) => ({ metric: {}, value: [1, value] })) },
});

const replies: Record<string, [reply: unknown, wanted: object]> = {
  'one series': [vector('99.5'), { kind: 'value', value: 99.5 }],
  'a scalar': [
    { status: 'success', data: { resultType: 'scalar', result: [1, '3'] } },
    { kind: 'value', value: 3 },
  ],
  'infinitely much': [vector('+Inf'), { kind: 'value', value: Infinity }],
  'infinitely little': [vector('-Inf'), { kind: 'value', value: -Infinity }],
  nothing: [vector(), { kind: 'none' }],
  'a division of nothing by nothing': [vector('NaN'), { kind: 'none', nan: true }],
  'a value that is no number': [vector('many'), { kind: 'error', message: /a value that is no number/ }],
  'a sample without a value': [vector(''), { kind: 'error', message: /a value that is no number/ }],
  'several series': [vector('1', '2'), { kind: 'error', message: /more than one series; aggregate/ }],
  'a matrix': [
    { status: 'success', data: { resultType: 'matrix', result: [] } },
    { kind: 'error', message: /a matrix that has no single value/ },
  ],
};
for (const [claim, [reply, wanted]] of Object.entries(replies)) {
  t.test(`an answer: ${claim}`, async (t) => {
    const { prometheus } = await server(t, json(reply));
    t.match(await prometheus.query('up'), wanted);
  });
}

t.test(
  'a query goes by POST, however long it is, and asks for no more series than it takes to see that they are too many',
  async (t) => {
    const { prometheus, requests } = await server(t, json(vector('1')));
    const query = `sum(up{a="${'ä+&=%'.repeat(5_000)}"})`;
    await prometheus.query(query);
    const [{ request, body } = { request: undefined, body: '' }] = requests;
    t.match(request, { method: 'POST', url: '/prefix/api/v1/query' });
    t.match(request?.headers['content-type'], /^application\/x-www-form-urlencoded/);
    t.same(Object.fromEntries(new URLSearchParams(body)), { query, limit: '2' });
  },
);

t.test('a refusal is told in the words of the server', async (t) => {
  const { prometheus } = await server(t, json({ status: 'error', error: 'unknown function "foo"' }, 400));
  t.same(await prometheus.query('foo(up)'), { kind: 'error', message: 'unknown function "foo"' });
});

t.test('so is something else than an answer', async (t) => {
  const { prometheus } = await server(t, (response) => void response.writeHead(502).end('<html>Bad Gateway'));
  t.same(await prometheus.query('up'), { kind: 'error', message: 'HTTP status 502' });
});

t.test('an answer without an end is not read to it', async (t) => {
  const { prometheus } = await server(t, (response) => {
    const more = (): void => {
      while (!response.destroyed && response.write('['.repeat(1 << 16)));
    };
    response.on('drain', more).on('error', () => undefined);
    more();
  });
  const answer = await prometheus.query('up');
  t.match(answer, { kind: 'error', message: 'the answer is larger than 256 KiB; aggregate the query into one series' });
});

t.test('a server that is not there is said to be so', async (t) => {
  const message = /^connect ECONNREFUSED/;
  t.match(await new Prometheus('http://127.0.0.1:1').query('up'), { kind: 'error', message });
});

t.test('connections are kept', async (t) => {
  const { prometheus, requests } = await server(t, json(vector('1')));
  for (let count = 0; count < 6; count += 1) await prometheus.query('up');
  // One may not be free again at once.
  t.ok(new Set(requests.map(({ request }) => request.socket)).size <= 2);
});
