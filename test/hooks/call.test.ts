import t from 'tap';
import { neverCalled } from '../../src/hooks/address.ts';
import { loadHookRules } from '../../src/hooks/settings.ts';
import { callerHere, NEVER, question, receiver, until } from './receiver.ts';

void t.test('a question is one POST of JSON', async (t) => {
  const told: unknown[] = [];
  const hook = await receiver(t, (response) => void response.writeHead(204).end());
  const caller = callerHere({}, (type, outcome, seconds) => told.push([type, outcome, seconds < 5]));
  const body = { name: 'podinfo', metadata: { cmd: 'hey' } };
  const headers = { 'x-notice': '7' };
  const reply = await caller.ask(question(`${hook.url}gate/check?x=1`, { body, headers }), NEVER);
  t.strictSame(reply, { outcome: 'passed', message: '', answer: { status: 204 } });
  t.match(hook.received, [{ method: 'POST', path: '/gate/check?x=1', body: JSON.stringify(body) }]);
  t.match(hook.received[0]?.headers, {
    host: `hook.demo.svc:${hook.port}`,
    'content-type': 'application/json',
    'user-agent': 'headgate/test',
    'x-notice': '7',
  });
  t.strictSame(told, [['rollout', 'passed', true]]);
  await until(async () => (await hook.open()) === 0);
  t.pass('the connection is closed');
});

void t.test('the body of a failure is told', async (t) => {
  const hook = await receiver(t, (response) => void response.writeHead(403).end('not yet\napproved'));
  const reply = await callerHere().ask(question(hook.url), NEVER);
  t.strictSame(reply, { outcome: 'failed', message: 'answered 403: not yet approved', answer: { status: 403 } });
  t.equal(hook.received.length, 1, 'and not asked again');
});

void t.test('a redirect is not followed', async (t) => {
  const other = await receiver(t, (response) => void response.end('secret'));
  const location = { location: `http://127.0.0.1:${other.port}/` };
  for (const status of [301, 302, 303, 307, 308]) {
    const hook = await receiver(t, (response) => void response.writeHead(status, location).end());
    const { outcome, message } = await callerHere().ask(question(hook.url), NEVER);
    t.equal(outcome, 'failed');
    t.equal(message, `answered ${status}: redirects are not followed`);
  }
  t.same(other.received, []);
});

void t.test('without a good answer it is asked again, after a pause', async (t) => {
  const hook = await receiver(t, (response, _, count) => {
    if (count === 1) response.writeHead(500).end('boom');
    else response.end('fine');
  });
  const began = Date.now();
  const reply = await callerHere().ask(question(hook.url, { retries: 3 }), NEVER);
  t.strictSame(reply, { outcome: 'passed', message: 'fine', answer: { status: 200 } });
  t.equal(hook.received.length, 2);
  t.ok(Date.now() - began >= 490, `after ${Date.now() - began} ms`);
});

void t.test('after the last call its answer counts', async (t) => {
  const hook = await receiver(t, (response, _, count) => void response.writeHead(500).end(`boom ${count}`));
  const reply = await callerHere().ask(question(hook.url, { retries: 1 }), NEVER);
  t.strictSame(reply, { outcome: 'failed', message: 'answered 500: boom 2', answer: { status: 500 } });
});

void t.test('a hook that says nothing is given up at its time limit', async (t) => {
  const hook = await receiver(t, () => undefined);
  const began = Date.now();
  const reply = await callerHere().ask(question(hook.url, { timeoutMs: 150 }), NEVER);
  t.strictSame(reply, { outcome: 'failed', message: 'did not answer within 150ms' });
  t.ok(Date.now() - began < 2_000);
  await until(async () => (await hook.open()) === 0);
});

void t.test('a name server that says nothing is, too', async (t) => {
  const hook = await receiver(t, () => undefined);
  const resolve = (_: string, signal: AbortSignal) =>
    new Promise<string[]>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  const reply = await callerHere({ resolve }).ask(question(hook.url, { timeoutMs: 50 }), NEVER);
  t.strictSame(reply, { outcome: 'failed', message: 'did not answer within 50ms' });
});

void t.test('of a long body the beginning is read', async (t) => {
  const hook = await receiver(t, async (response) => {
    response.writeHead(500);
    while (!response.destroyed) {
      if (!response.write('x'.repeat(65_536))) await new Promise((resolve) => setTimeout(resolve, 1));
    }
  });
  const { outcome, message } = await callerHere().ask(question(hook.url), NEVER);
  t.equal(outcome, 'failed');
  t.match(message, /^answered 500: x{499}…$/);
  await until(async () => (await hook.open()) === 0);
});

void t.test('the status decides, though the body never ends or breaks off', async (t) => {
  const endless = await receiver(t, (response) => void response.writeHead(200).write('open'));
  t.strictSame(await callerHere().ask(question(endless.url, { timeoutMs: 1_000 }), NEVER), {
    outcome: 'passed',
    message: 'open',
    answer: { status: 200 },
  });
  const broken = await receiver(t, async (response) => {
    response.writeHead(403, { 'content-length': '100' }).write('closed');
    setTimeout(() => response.destroy(), 50);
  });
  t.match(await callerHere().ask(question(broken.url), NEVER), { outcome: 'failed', message: 'answered 403: closed' });
});

void t.test('nobody there', async (t) => {
  const gone = await receiver(t, () => undefined);
  const port = gone.port === 65_535 ? 1 : gone.port + 1;
  const reply = await callerHere().ask(question(`http://hook:${port}/`, { timeoutMs: 2_000 }), NEVER);
  t.match(reply, { outcome: 'failed', message: /^cannot be reached: connect ECONNREFUSED 127\.0\.0\.1:/ });
  const broken = await receiver(t, (response) => void response.socket?.destroy());
  t.match(await callerHere().ask(question(broken.url), NEVER), { outcome: 'failed', message: /^cannot be reached: / });
});

void t.test('HTTP where HTTPS is expected', async (t) => {
  const hook = await receiver(t, (response) => void response.end());
  const reply = await callerHere().ask(question(hook.url.replace('http:', 'https:')), NEVER);
  t.match(reply, { outcome: 'failed', message: /^cannot be reached: .*(SSL|TLS|EPROTO)/i });
  t.same(hook.received, []);
});

void t.test('what may not be called is not connected to', async (t) => {
  const hook = await receiver(t, (response) => void response.end());
  const ask = async (url: string, options: Parameters<typeof callerHere>[0]) =>
    callerHere(options).ask(question(url, { retries: 3 }), NEVER);
  const forbids = async (address: string) => neverCalled(address);

  t.match(await ask('http://hook.other.svc/', {}), {
    outcome: 'forbidden',
    message: /^may not be called: hook\.other\.svc is no Service of namespace demo; .*"hook\.other" in hooks\.allow/,
  });
  t.match(await ask(hook.url, { forbids }), {
    outcome: 'forbidden',
    message: 'may not be called: 127.0.0.1 is a loopback address, and hooks never reach one',
  });
  const rules = loadHookRules({ HEADGATE_HOOKS_ALLOW: 'http://0.0.0.0/0:*' });
  t.match(await ask(`http://127.0.0.1:${hook.port}/`, { rules }), { outcome: 'forbidden' });
  const several = async () => ['127.0.0.1', '169.254.169.254'];
  const onlyMetadata = async (address: string) => (address === '127.0.0.1' ? undefined : neverCalled(address));
  t.match(await ask(hook.url, { resolve: several, forbids: onlyMetadata }), {
    outcome: 'forbidden',
    message: /169\.254\.169\.254 is a link-local address/,
  });
  t.same(hook.received, []);
});

void t.test('the address that was checked is the one that is called', async (t) => {
  const hook = await receiver(t, (response) => void response.writeHead(500).end());
  const asked: string[] = [];
  const checked: string[] = [];
  const caller = callerHere({
    resolve: async (host) => (asked.push(host), asked.length === 1 ? ['127.0.0.1'] : ['127.0.0.2']),
    forbids: async (address) => (checked.push(address), address === '127.0.0.2' ? 'elsewhere' : undefined),
  });
  const reply = await caller.ask(question(hook.url, { retries: 3 }), NEVER);
  t.match(reply, { outcome: 'forbidden', message: /127\.0\.0\.2 is elsewhere/ });
  t.same(
    asked,
    ['hook.demo.svc.cluster.local', 'hook.demo.svc.cluster.local'],
    'a name is looked up for every call, once',
  );
  t.same(checked, ['127.0.0.1', '127.0.0.2']);
  t.equal(hook.received.length, 1);
});

void t.test('proxies of the environment are not used', async (t) => {
  const names = ['http_proxy', 'HTTP_PROXY', 'NODE_USE_ENV_PROXY'];
  const before = names.map((name) => process.env[name]);
  names.forEach((name) => (process.env[name] = name.startsWith('NODE') ? '1' : 'http://127.0.0.1:1'));
  t.teardown(() => names.forEach((name, index) => (process.env[name] = before[index] ?? '')));
  const hook = await receiver(t, (response) => void response.end());
  t.match(await callerHere().ask(question(hook.url), NEVER), { outcome: 'passed' });
});

void t.test('a question that nobody wants an answer to is broken off, whatever it waits for', async (t) => {
  const hook = await receiver(t, () => undefined);
  const first = new AbortController();
  const reply = callerHere().ask(question(hook.url), first.signal);
  await until(() => hook.received.length === 1);
  first.abort();
  t.match(await reply, { outcome: 'aborted' });
  await until(async () => (await hook.open()) === 0);

  const failing = await receiver(t, (response) => void response.writeHead(500).end());
  const second = new AbortController();
  const repeated = callerHere().ask(question(failing.url, { retries: 10 }), second.signal);
  await until(() => failing.received.length === 1);
  second.abort();
  t.match(await repeated, { outcome: 'aborted' });
  t.match(await callerHere().ask(question(hook.url), AbortSignal.abort()), { outcome: 'aborted' });
});
