import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import t, { type Test } from 'tap';
import { send } from '../../src/notify/send.ts';
import type { Outgoing } from '../../src/notify/target.ts';

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;

/** A receiver at an address with a secret in it, and the requests that it had. */
async function receiver(t: Test, handler: Handler): Promise<{ outgoing: Outgoing; requests: string[] }> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      requests.push(`${request.method} ${request.url} ${body}`);
      handler(request, response, body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.closeAllConnections());
  t.teardown(() => server.close());
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/hooks/s3cret`;
  return { outgoing: { url, headers: { 'x-headgate-notice': '1' }, body: { a: 1 }, slackApi: false }, requests };
}

void t.test('one POST of JSON, with its headers', async (t) => {
  let headers: IncomingMessage['headers'] = {};
  const { outgoing, requests } = await receiver(t, (request, response) => {
    headers = request.headers;
    response.writeHead(202).end();
  });
  t.same(await send(outgoing), { outcome: 'delivered' });
  t.same(requests, ['POST /hooks/s3cret {"a":1}']);
  t.match(headers, { 'content-type': 'application/json', 'x-headgate-notice': '1', 'user-agent': 'headgate' });
});

void t.test('a status is enough: a body without end changes nothing', async (t) => {
  const { outgoing } = await receiver(t, (_request, response) => {
    response.writeHead(200);
    response.write('x'.repeat(1 << 20));
  });
  t.same(await send(outgoing), { outcome: 'delivered' });
});

void t.test('Slack’s API is read, as far as its word may go', async (t) => {
  const { outgoing } = await receiver(t, (_request, response) => response.end('{"ok":false,"error":"not_in_channel"}'));
  t.same(await send({ ...outgoing, slackApi: true }), { outcome: 'refused', why: 'Slack says not_in_channel' });
  const endless = await receiver(t, (_request, response) => {
    response.writeHead(200);
    response.write(' '.repeat(1 << 20));
  });
  t.match(await send({ ...endless.outgoing, slackApi: true }), { outcome: 'retry' });
});

void t.test('a redirect is not followed', async (t) => {
  const { outgoing, requests } = await receiver(t, (_request, response) =>
    response.writeHead(307, { location: '/elsewhere' }).end(),
  );
  t.match(await send(outgoing), { outcome: 'refused', why: /redirects are not followed/ });
  t.equal(requests.length, 1);
});

void t.test('what a receiver asks for is heard', async (t) => {
  const { outgoing } = await receiver(t, (_request, response) => response.writeHead(429, { 'retry-after': '7' }).end());
  t.match(await send(outgoing), { outcome: 'retry', afterMs: 7_000 });
});

void t.test('one that hangs is given up, one that drips too, and neither is told by its address', async (t) => {
  const hanging = await receiver(t, () => undefined);
  t.same(await send(hanging.outgoing, { timeoutMs: 100 }), { outcome: 'retry', why: 'it did not answer within 0.1 s' });
  const dripping = await receiver(t, (_request, response) => {
    response.writeHead(200);
    const timer = setInterval(() => response.write(' '), 20);
    response.on('close', () => clearInterval(timer));
  });
  const delivery = await send({ ...dripping.outgoing, slackApi: true }, { timeoutMs: 100 });
  t.same(delivery, { outcome: 'retry', why: 'it did not answer within 0.1 s' });
});

void t.test('one that is not there is named by nothing', async (t) => {
  const outgoing = { url: 'http://127.0.0.1:1/hooks/s3cret', headers: {}, body: {}, slackApi: false };
  t.same(await send(outgoing), { outcome: 'retry', why: 'it refuses connections' });
  const nameless = await send({ ...outgoing, url: 'http://receiver.invalid/hooks/s3cret' });
  t.equal(nameless.outcome, 'retry');
  t.notMatch(JSON.stringify(nameless), /s3cret|receiver|127/);
});

void t.test('a proxy is asked where there is one, and only then', async (t) => {
  const proxy = await receiver(t, (_request, response) => response.writeHead(200).end());
  const { outgoing, requests } = await receiver(t, (_request, response) => response.writeHead(200).end());
  const variables = { http_proxy: new URL(proxy.outgoing.url).origin, no_proxy: '' };
  Object.assign(process.env, variables);
  t.teardown(() => Object.keys(variables).forEach((name) => delete process.env[name]));
  t.same(await send(outgoing), { outcome: 'delivered' });
  t.same([requests.length, proxy.requests.length], [1, 0], 'the environment does not matter');
  t.same(await send(outgoing, { proxy: variables.http_proxy }), { outcome: 'delivered' });
  t.same([requests.length, proxy.requests.length], [1, 1]);
});
