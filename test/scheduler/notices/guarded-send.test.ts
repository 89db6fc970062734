import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import t, { type Test } from 'tap';
import { neverCalled } from '../../../src/hooks/address.ts';
import { CallGuard, type CallGuardOptions } from '../../../src/hooks/call-guard.ts';
import { loadHookRules } from '../../../src/hooks/settings.ts';
import type { Outgoing } from '../../../src/notify/target.ts';
import { guardedSend } from '../../../src/scheduler/notices/guarded-send.ts';

/** A server that would take anything, and what it was asked: `POST <host> <path>`. */
async function receiver(t: Test, status = 204): Promise<{ port: number; received: string[] }> {
  const received: string[] = [];
  const server = createServer((request, response) => {
    received.push(`${request.method} ${request.headers.host} ${request.url}`);
    response.writeHead(status, { location: 'http://127.0.0.1:9/' }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => void server.closeAllConnections());
  t.teardown(() => void server.close());
  return { port: (server.address() as AddressInfo).port, received };
}

const outgoing = (url: string): Outgoing => ({ url, headers: {}, body: { a: 1 }, slackApi: false });
const guard = (allow: string, more: Partial<CallGuardOptions> = {}): CallGuard =>
  new CallGuard({
    rules: loadHookRules({ HEADGATE_HOOKS_ALLOW: allow }),
    forbids: async (address) => neverCalled(address),
    resolve: async () => ['127.0.0.1'],
    ...more,
  });
/** Loopback stands for an address that may be called. */
const forbids = async (address: string) => (address === '127.0.0.1' ? undefined : neverCalled(address));

const SECRET = 's3cret';
const NOT_ALLOWED = /its address leads to no Service of namespace shop; .* in hooks\.allow \(HEADGATE_HOOKS_ALLOW\)$/;
const refusals: Record<string, [url: string, allow: string, why: RegExp]> = {
  'a host that nobody allowed': ['https://hooks.evil.test/', '', NOT_ALLOWED],
  'a Service of another namespace': ['http://api.other.svc/', '', NOT_ALLOWED],
  'the same in its whole form': ['http://api.other.svc.cluster.local/', '', NOT_ALLOWED],
  'the API server by its name': ['https://kubernetes.default.svc/', '', NOT_ALLOWED],
  'a host by the other scheme': ['http://hooks.slack.com/', 'https://hooks.slack.com', NOT_ALLOWED],
  'an address that nobody allowed': ['http://10.1.2.3/', '', NOT_ALLOWED],
  'loopback, though all are allowed': ['http://127.0.0.1/', 'http://0.0.0.0/0:*', /leads to a loopback address/],
  'loopback in one number': ['http://2130706433/', 'http://0.0.0.0/0:*', /leads to a loopback address/],
  'a metadata server': ['http://169.254.169.254/', 'http://0.0.0.0/0:*', /leads to a link-local address/],
  'one of a cloud with another': ['http://100.100.100.200/', 'http://0.0.0.0/0:*', /a cloud's metadata server/],
  'a name that leads to loopback': ['https://hooks.slack.com/', 'https://hooks.slack.com', /leads to a loopback/],
  'a Service of its own that does': ['http://inbox/', '', /leads to a loopback address, which is never called/],
};

for (const [what, [url, allow, why]] of Object.entries(refusals)) {
  void t.test(`refused: ${what}`, async (t) => {
    const result = await guardedSend(guard(allow), undefined)(outgoing(`${url}${SECRET}`), 'shop');
    t.match(result, { outcome: 'refused', why });
    const words = JSON.stringify(result);
    t.notMatch(words, SECRET);
    t.notMatch(words, new URL(url).hostname, 'and its host is not told');
  });
}

void t.test('the address that was checked is the one that is called, and the name server asked once', async (t) => {
  const { port, received } = await receiver(t);
  const asked: string[] = [];
  const resolve = async (host: string) => (asked.push(host), asked.length === 1 ? ['127.0.0.1'] : ['127.0.0.2']);
  const send = guardedSend(guard(`http://hooks.example.com:${port}`, { forbids, resolve }), undefined);
  const url = `http://hooks.example.com:${port}/x?y=1`;
  t.same(await send(outgoing(url), 'shop'), { outcome: 'delivered' });
  t.match(await send(outgoing(url), 'shop'), { outcome: 'refused', why: /a loopback address/ }, 'a name that moved');
  t.same(asked, ['hooks.example.com', 'hooks.example.com']);
  t.same(received, [`POST hooks.example.com:${port} /x?y=1`]);
});

void t.test('a Service of the provider’s namespace is called by its whole name', async (t) => {
  const { port, received } = await receiver(t);
  const asked: string[] = [];
  const resolve = async (host: string) => (asked.push(host), ['127.0.0.1']);
  const send = guardedSend(guard('', { forbids, resolve }), undefined);
  t.same(await send(outgoing(`http://inbox:${port}/x`), 'shop'), { outcome: 'delivered' });
  t.same(asked, ['inbox.shop.svc.cluster.local']);
  t.same(received, [`POST inbox.shop.svc:${port} /x`]);
});

void t.test('a redirect is not followed', async (t) => {
  const { port } = await receiver(t, 307);
  const send = guardedSend(guard('', { forbids }), undefined);
  const result = await send(outgoing(`http://inbox:${port}/`), 'shop');
  t.match(result, { outcome: 'refused', why: 'it answered 307, and redirects are not followed' });
});

void t.test('a name server that does not know is asked again later, and the name is not told', async (t) => {
  const resolve = async (host: string) => Promise.reject(new Error(`queryA ENOTFOUND ${host}`));
  const send = guardedSend(guard('https://secret.example.com', { resolve }), undefined);
  t.same(await send(outgoing('https://secret.example.com/'), 'shop'), {
    outcome: 'retry',
    why: 'the name in its address cannot be looked up now',
  });
});

void t.test('by a proxy goes what is allowed by name, and no Service', async (t) => {
  const [proxy, service] = [await receiver(t), await receiver(t)];
  const asked: string[] = [];
  const resolve = async (host: string) => (asked.push(host), ['127.0.0.1']);
  const allow = 'http://hooks.example.com, http://169.254.0.0/16:*';
  const send = guardedSend(guard(allow, { forbids, resolve }), `http://127.0.0.1:${proxy.port}`);
  t.same(await send(outgoing('http://hooks.example.com/x'), 'shop'), { outcome: 'delivered' });
  t.same(proxy.received, ['POST hooks.example.com http://hooks.example.com/x'], 'which looks the name up');
  t.same(asked, []);
  t.same(await send(outgoing(`http://inbox:${service.port}/x`), 'shop'), { outcome: 'delivered' });
  t.equal(service.received.length, 1);
  for (const url of ['http://elsewhere.example.com/', 'http://169.254.169.254/']) {
    t.match(await send(outgoing(url), 'shop'), { outcome: 'refused' }, url);
  }
  t.equal(proxy.received.length, 1, 'nothing else');
});

void t.test('the installation’s own receivers are its administrator’s word', async (t) => {
  const { port, received } = await receiver(t);
  const send = guardedSend(guard(''), undefined);
  t.same(await send(outgoing(`http://127.0.0.1:${port}/x`)), { outcome: 'delivered' });
  t.equal(received.length, 1);
});
