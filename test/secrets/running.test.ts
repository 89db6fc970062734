import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import t, { type Test } from 'tap';
import { Prometheus } from '../../src/analysis/prometheus.ts';
import { loadConfig } from '../../src/config.ts';
import { send } from '../../src/notify/send.ts';
import { prepare } from '../../src/notify/target.ts';
import { createLog } from '../../src/telemetry/log.ts';
import { message } from '../notify/told.ts';
import { hasNone, MAIN, NASTY } from './nasty.ts';

async function listening(t: Test, server: ReturnType<typeof createServer>): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  return (server.address() as AddressInfo).port;
}

const http = (t: Test, answer: RequestListener): Promise<number> => listening(t, createHttpServer(answer));

/** Faults of an HTTP server: its address, from a scheme on, for a port where something is wrong. */
const HTTP_FAULTS: Record<string, (t: Test) => Promise<{ scheme: string; host: string }>> = {
  'nobody listens': async () => ({ scheme: 'http', host: '127.0.0.1:1' }),
  'no such host': async () => ({ scheme: 'http', host: 'server.invalid' }),
  'no TLS': async (t) => ({
    scheme: 'https',
    host: `127.0.0.1:${await http(t, (_request, reply) => void reply.end())}`,
  }),
  'it redirects to where it was asked, with all that it was told': async (t) => ({
    scheme: 'http',
    host: `127.0.0.1:${await http(t, (request, reply) => {
      const login = Buffer.from(request.headers.authorization?.slice('Basic '.length) ?? '', 'base64').toString();
      reply.writeHead(302, { location: `http://${encodeURI(login)}@elsewhere${request.url}` }).end();
    })}`,
  }),
  'it repeats what it was told': async (t) => ({
    scheme: 'http',
    host: `127.0.0.1:${await http(t, (request, reply) => {
      const told = request.headers.authorization ?? '';
      const login = Buffer.from(told.slice('Basic '.length), 'base64').toString();
      const error = `${told} (${login}) may not ask ${request.url}`;
      reply.writeHead(401, { 'content-type': 'application/json' }).end(JSON.stringify({ status: 'error', error }));
    })}`,
  }),
};

for (const [fault, serve] of Object.entries(HTTP_FAULTS)) {
  void t.test(`the metrics server: ${fault}`, async (t) => {
    const { scheme, host } = await serve(t);
    for (const [what, secret] of Object.entries(NASTY)) {
      const env = { HEADGATE_METRICS_SERVER: `${scheme}://${host}`, HEADGATE_METRICS_PASSWORD: secret };
      const { metricsServer, metricsLogin } = loadConfig({ ...env, HEADGATE_METRICS_USERNAME: 'gate' });
      const answer = await new Prometheus(metricsServer, metricsLogin).query('up');
      t.match(answer, { kind: 'error', message: /./ });
      hasNone(t, JSON.stringify(answer), secret, what);
    }
  });

  void t.test(`a receiver of notifications: ${fault}`, async (t) => {
    const { scheme, host } = await serve(t);
    for (const [what, secret] of Object.entries(NASTY)) {
      const escaped = encodeURIComponent(secret);
      const address = `${scheme}://gate:${escaped}@${host}/hooks/${escaped}`;
      const prepared = prepare(message(), { type: 'slack', address });
      if (!prepared.ok) throw new Error(prepared.why);
      const result = await send(prepared.outgoing, { timeoutMs: 5_000 });
      t.not(result.outcome, 'delivered');
      hasNone(t, JSON.stringify(result), secret, what);
    }
  });
}

void t.test('the metrics server is asked with the user and the password as they are', async (t) => {
  const told: (string | undefined)[] = [];
  const port = await http(t, (request, reply) => {
    told.push(request.headers.authorization);
    reply.end();
  });
  for (const password of Object.values(NASTY))
    await new Prometheus(`http://127.0.0.1:${port}`, { username: 'gate', password }).query('up');
  const wanted = Object.values(NASTY).map((password) => `Basic ${Buffer.from(`gate:${password}`).toString('base64')}`);
  t.same(told, wanted);
});

/** What a Redis, or something else at its address, answers to whoever gives a password. */
const REDIS_FAULTS: Record<string, (socket: Socket, request: string) => void> = {
  'it does not know the password': (socket, request) => {
    for (const _ of request.matchAll(/^\*/gm)) socket.write('-WRONGPASS invalid username-password pair\r\n');
  },
  'it repeats the command': (socket, request) => socket.write(`-ERR unknown command: ${words(request)}\r\n`),
  'it speaks HTTP': (socket, request) => socket.write(`HTTP/1.1 400 Bad Request\r\n\r\n${words(request)}`),
  'it breaks the connection off': (socket) => socket.resetAndDestroy(),
};

const words = (request: string): string => request.replaceAll('\r\n', ' ');

/** All that a load tester says, at every level of its log, until it has said that Redis is away. */
async function outputWith(t: Test, answer: (socket: Socket, request: string) => void, env: Record<string, string>) {
  const redis = createServer((socket) => {
    socket.on('error', () => undefined).on('data', (data) => answer(socket, data.toString()));
    t.teardown(() => socket.destroy());
  });
  const port = await listening(t, redis);
  const ports = { HEADGATE_LOADTESTER_PORT: '0', HEADGATE_SHUTDOWN_DELAY: '0s', HEADGATE_LOADTESTER_HOST: '127.0.0.1' };
  const settings = { ...ports, HEADGATE_LOG_LEVEL: 'trace', HEADGATE_REDIS_URL: `redis://127.0.0.1:${port}`, ...env };
  const child = spawn(process.execPath, [MAIN, 'loadtester'], { env: { PATH: process.env['PATH'], ...settings } });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data: Buffer) => {
      output += data.toString();
      if (AWAY.test(output)) child.kill('SIGTERM');
    });
  }
  await once(child, 'close');
  return output;
}

const AWAY = /Redis (does not answer|cannot be used)/;

for (const [fault, answer] of Object.entries(REDIS_FAULTS)) {
  void t.test(`Redis: ${fault}`, async (t) => {
    const secret = NASTY['base64 with a slash'] ?? '';
    const env = { HEADGATE_REDIS_USERNAME: 'gate', HEADGATE_REDIS_PASSWORD: secret };
    const output = await outputWith(t, answer, env);
    t.match(output, AWAY, 'the fault is in the log');
    hasNone(t, output, secret, fault);
  });
}

void t.test('a log has of an error its words, without secrets and without what a library hangs on it', async (t) => {
  for (const [what, secret] of Object.entries(NASTY)) {
    const lines: string[] = [];
    const destination = { write: (line: string) => void lines.push(line) };
    const env = { HEADGATE_REDIS_PASSWORD: secret, HTTPS_PROXY: `http://gate:${secret}@proxy.example.com` };
    const log = createLog({ level: 'info', process: 'webhook', secrets: loadConfig(env).secrets, destination });
    const cause = new Error(
      `redis://gate:${secret}@redis is away; Basic ${Buffer.from(`gate:${secret}`).toString('base64')}`,
    );
    const command = { name: 'auth', args: [secret] };
    const error = Object.assign(new Error(`auth ${secret} failed`, { cause }), { code: 'ERR', command });
    log.warn({ err: error }, 'no way');
    log.warn({ err: `${secret} is no error` }, 'no way');
    const [line = ''] = lines;
    t.match(JSON.parse(line), {
      err: { type: 'Error', code: 'ERR', message: 'auth *** failed: redis://***@redis is away' },
    });
    t.notOk('command' in (JSON.parse(line) as { err: object }).err);
    hasNone(t, lines.join('\n'), secret, what);
  }
});
