import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import t from 'tap';
import { node, onceWritten, tester, until } from './tester.ts';

const STAYS = 'setInterval(() => undefined, 1e6)';
const stays = node(STAYS);

void t.test('load runs in the background: the answer is 202 at once', async (t) => {
  const { run, server, log } = tester(t);
  const end = join(t.testdir(), 'end');
  t.match(await run({ cmd: node(onceWritten(end, 'console.log("done")')), logCmdOutput: 'true' }), {
    code: 202,
    body: 'started\n',
  });
  t.notOk(log.some(({ msg }) => msg === 'a command ended'));
  writeFileSync(end, 'now');
  await until(() => log.some(({ msg }) => msg === 'a command ended'));
  t.match(
    log.filter(({ msg }) => msg === 'a command ended'),
    [{ canary: 'test/podinfo', type: 'cmd', program: 'node', output: 'done\n' }],
  );
  t.ok(server.isReady());
});

void t.test('load that fails fails nobody, and its words are in the log', async (t) => {
  const { run, log } = tester(t);
  t.match(await run({ cmd: node('console.error("no route"); process.exitCode = 1') }), { code: 202 });
  await until(() => log.some(({ level, output }) => level === 40 && output === 'no route\n'));
});

void t.test('output is logged only if that was asked for, arguments only for those who look closely', async (t) => {
  const { run, log } = tester(t);
  await run({ type: 'acceptance', cmd: node('console.log("secret")') });
  const told = log.filter(({ level }) => Number(level) >= 30);
  t.equal(told.length, 2, 'begin and end');
  t.notMatch(JSON.stringify(told), 'secret');
  t.match(JSON.stringify(log), 'secret', 'at the level debug');
});

void t.test('the same load of one canary runs once at a time', async (t) => {
  const { run, registry } = tester(t);
  t.match(await run({ cmd: stays }), { code: 202, body: 'started\n' });
  t.match(await run({ cmd: stays }), { code: 202, body: /runs already/ });
  t.match(await run({ cmd: stays }, 'other'), { code: 202, body: 'started\n' });
  t.match(await run({ cmd: node(`${STAYS}; 1`) }), { code: 202, body: 'started\n' });
  const metrics = await registry.metrics();
  t.match(metrics, 'headgate_loadtester_running{type="cmd"} 3');
  t.match(metrics, 'headgate_loadtester_tasks_total{type="cmd",outcome="duplicate"} 1');
});

void t.test('when it has ended, it runs again', async (t) => {
  const { run, log } = tester(t);
  const ends = () => log.filter(({ msg }) => msg === 'a command ended').length;
  for (const count of [1, 2]) {
    t.match(await run({ cmd: node('') }), { body: 'started\n' });
    await until(() => ends() === count);
  }
});

const acceptance: Record<string, [code: string, answer: { code: number; body: string | RegExp }]> = {
  'that passes is 200 with its output': ['console.log("token: abc")', { code: 200, body: 'token: abc\n' }],
  'that fails is 500 with its output': [
    'console.log("no token"); process.exitCode = 22',
    { code: 500, body: 'node: exit code 22\nno token\n' },
  ],
  'that takes too long is 500 with what it said': [
    `console.log("waiting"); ${STAYS}`,
    { code: 500, body: 'node: did not end within 3s\nwaiting\n' },
  ],
};

for (const [sentence, [code, answer]] of Object.entries(acceptance)) {
  void t.test(`an acceptance test ${sentence}`, async (t) => {
    const { run } = tester(t);
    t.match(await run({ type: 'acceptance', cmd: node(code), timeout: '3s' }), answer);
  });
}

void t.test('an acceptance test that nobody waits for any more is ended', async (t) => {
  const { server, registry, log } = tester(t);
  const address = await server.app.listen({ host: '127.0.0.1', port: 0 });
  const caller = new AbortController();
  const payload = { name: 'podinfo', namespace: 'test', metadata: { type: 'acceptance', cmd: stays } };
  const answer = fetch(address, { method: 'POST', body: JSON.stringify(payload), signal: caller.signal });
  await until(async () => (await registry.metrics()).includes('running{type="acceptance"} 1'));
  caller.abort();
  await t.rejects(answer);
  await until(() => log.some(({ how }) => how === 'the caller is gone'));
  t.match(await registry.metrics(), 'running{type="acceptance"} 0');
});

void t.test('more commands than may run wait, and more than may wait are refused', async (t) => {
  const { run, registry } = tester(t, { concurrency: 1, queueLimit: 1 });
  t.match(await run({ cmd: stays }, 'a'), { code: 202, body: 'started\n' });
  t.match(await run({ cmd: stays }, 'b'), { code: 202, body: 'waits for its turn\n' });
  t.match(await run({ cmd: stays }, 'c'), { code: 429, body: /too many commands/ });
  t.match(await registry.metrics(), 'headgate_loadtester_waiting{type="cmd"} 1');
  t.match(await run({ type: 'acceptance', cmd: node('') }), { code: 200 }, 'load holds up no acceptance test');
});

void t.test('what waits begins when there is a place', async (t) => {
  const { run, log } = tester(t, { concurrency: 1 });
  await run({ cmd: node('setTimeout(() => undefined, 300)') }, 'a');
  t.match(await run({ cmd: node('') }, 'b'), { body: 'waits for its turn\n' });
  await until(() => log.filter(({ msg }) => msg === 'a command ended').length === 2);
});

void t.test('a refusal is 400 with what is wrong', async (t) => {
  const { run, post, registry } = tester(t);
  t.match(await run({ type: 'bash', cmd: 'node' }), { code: 400, body: /"bash" is not supported: no shell/ });
  t.match(await run({ cmd: 'absent' }), { code: 400, body: /absent may be run, but is not installed/ });
  t.match(await post('/', '{"name": '), { code: 400, body: /JSON/ });
  t.match(await post('/', ''), { code: 400 });
  t.match(await post('/', `"${'x'.repeat(70_000)}"`), { code: 413 });
  t.match(await registry.metrics(), 'tasks_total{type="unknown",outcome="refused"} 2');
});

void t.test('JSON that calls itself a form is read, as curl sends it', async (t) => {
  const { post } = tester(t);
  const payload = { name: 'podinfo', namespace: 'test', metadata: { type: 'acceptance', cmd: node('') } };
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  t.match(await post('/', payload, form), { code: 200 });
  t.match(await post('/', payload, { ...form, origin: 'http://localhost:8080' }), { code: 403, body: /web pages/ });
});

void t.test('with a token for commands, none runs without it', async (t) => {
  const { post, log } = tester(t, { commandToken: 's3cret' });
  const payload = { name: 'podinfo', namespace: 'test', metadata: { type: 'acceptance', cmd: node('') } };
  t.match(await post('/', payload), { code: 401, body: /this needs a token/ });
  t.match(await post('/', payload, { authorization: 'Bearer other' }), { code: 401, body: /not the right one/ });
  t.match(await post('/', payload, { authorization: 'Basic s3cret' }), { code: 401 });
  t.equal(log.length, 0);
  t.match(await post('/', payload, { authorization: 'bearer s3cret' }), { code: 200 });
});

void t.test('stopping: not ready, then no new commands, then the rest has its grace', async (t) => {
  const { run, server, log } = tester(t, { shutdownDelayMs: 300, graceMs: 3_500 });
  const end = join(t.testdir(), 'end');
  const short = run({ type: 'acceptance', cmd: node(onceWritten(end, 'console.log("in time")')) });
  const long = run({ type: 'acceptance', cmd: node(`console.log("begun"); ${STAYS}`) });
  const load = await run({ cmd: stays });
  t.match(load, { code: 202 });
  const began = Date.now();
  const stopped = server.stop();
  t.equal(server.isReady(), false);
  t.match(await run({ type: 'acceptance', cmd: node('') }), { code: 200 }, 'endpoints still lead here');
  await until(() => Date.now() - began > 400);
  t.match(await run({ cmd: node('') }), { code: 503, body: /is stopping/ });
  writeFileSync(end, 'now');
  t.match(await short, { code: 200, body: 'in time\n' });
  t.match(await long, { code: 503, body: 'node: the load tester is stopping\nbegun\n' });
  await stopped;
  const took = Date.now() - began;
  t.ok(took >= 3_800 && took < 10_000, `after ${took} ms`);
  t.equal(log.filter(({ how }) => how === 'the load tester is stopping').length, 2);
});

void t.test('stopping with nothing to wait for takes no grace; what waits for its turn never begins', async (t) => {
  const idle = tester(t, { graceMs: 20_000 });
  const began = Date.now();
  await idle.server.stop();
  t.ok(Date.now() - began < 5_000);
  const busy = tester(t, { concurrency: 1 });
  const runs = busy.run({ type: 'acceptance', cmd: stays }, 'a');
  await until(() => busy.log.some(({ msg }) => msg === 'a command begins'));
  const waits = busy.run({ type: 'acceptance', cmd: stays }, 'b');
  await new Promise(setImmediate);
  await busy.server.stop();
  t.match([await runs, await waits], [{ code: 503 }, { code: 503 }]);
  t.equal(busy.log.filter(({ msg }) => msg === 'a command begins').length, 1);
});

void t.test('a slow sender of a request is cut off, others are not held up', async (t) => {
  const { server, run } = tester(t);
  await server.app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = server.app.server.address() as { port: number };
  const socket = connect(port, '127.0.0.1');
  t.teardown(() => socket.destroy());
  await once(socket, 'connect');
  socket.write('POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\n{');
  t.match(await run({ type: 'acceptance', cmd: node('') }), { code: 200 });
  t.equal(server.app.server.requestTimeout, 10_000);
});
