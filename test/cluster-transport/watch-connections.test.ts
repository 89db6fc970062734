import type { IncomingMessage } from 'node:http';
import { createSecureServer } from 'node:http2';
import { createServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import t, { type Test } from 'tap';
import { issueLeaf, makeAuthority } from '../../src/admission/certificates/issue.ts';
import { KubeClient } from '../../src/cluster/client.ts';
import { watchEvents } from '../../src/cluster/watch-events.ts';
import { waitFor } from '../rig/rig.ts';

const MANY = 60;
const NAME = 'api.test';
const life = { now: Date.now(), lifeMs: 3_600_000 };
const authority = await makeAuthority(life);
const leaf = await issueLeaf(authority, [NAME], life);

/** What is written to goes to whoever watches. */
interface Opened {
  write(text: string): unknown;
  end(): unknown;
}

/** Opens every watch that is asked for, and leaves it open. It knows nothing of Kubernetes. */
async function server(t: Test, speaks: 'HTTP/2' | 'HTTP/1.1') {
  const sockets = new Set<Socket>();
  const open = new Map<string, Opened>();
  const answer = ({ url }: Pick<IncomingMessage, 'url'>, response: Opened) => {
    open.set((url ?? '').replace(/\?.*/, ''), response);
    response.write(line('a'));
  };
  const made = speaks === 'HTTP/2' ? createSecureServer(leaf, answer) : createServer(leaf, answer);
  made.on('secureConnection', (socket: Socket) => sockets.add(socket.on('error', () => undefined)));
  await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve));
  const url = `https://127.0.0.1:${(made.address() as AddressInfo).port}`;
  const tls = { ca: authority.cert, servername: NAME };
  const client = new KubeClient({ credentials: { server: url, tls, headers: async () => ({}) }, userAgent: 'test/1' });
  t.teardown(async () => {
    await client.close();
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => made.close(resolve));
  });
  return { client, sockets, open };
}

const line = (name: string) =>
  `${JSON.stringify({ type: 'ADDED', object: { kind: 'Service', metadata: { name, namespace: 'ns', resourceVersion: '1' } } })}\n`;
const pathOf = (index: number) => `/api/v1/namespaces/ns-${index}/services`;

/** A watch that goes on until something ends it: what it has seen, and how it ended. */
function follow(client: KubeClient, index: number, idleMs = 60_000) {
  const stopping = new AbortController();
  const state = { names: [] as (string | undefined)[], end: undefined as unknown };
  const run = async (): Promise<unknown> => {
    const request = { client, path: pathOf(index), query: {}, signal: stopping.signal, idleMs };
    for await (const { object } of watchEvents(request)) state.names.push(object.metadata.name);
    return 'closed';
  };
  const ended = run()
    .catch((error: unknown) => error)
    .then((end) => (state.end = end));
  return { state, ended, stop: () => stopping.abort(new Error('stopped')) };
}

const many = (client: KubeClient) => Array.from({ length: MANY }, (_, index) => follow(client, index));
const seen = (watches: ReturnType<typeof many>, count = 1) =>
  waitFor('all watches to be open', () => watches.every(({ state }) => state.names.length >= count));

t.test('over HTTP/2 watches share a connection, and each ends for itself', async (t) => {
  const { client, sockets, open } = await server(t, 'HTTP/2');
  const watches = many(client);
  await seen(watches);
  t.equal(sockets.size, 1);
  const [first, second, ...others] = watches;
  first?.stop();
  t.match(await first?.ended, { message: 'stopped' });
  open.get(pathOf(1))?.end();
  t.equal(await second?.ended, 'closed');
  for (const [path, response] of open) if (path !== pathOf(0) && path !== pathOf(1)) response.write(line('b'));
  await seen(others, 2);
  t.same(new Set(others.map(({ state }) => state.end)), new Set([undefined]), 'the others go on');
});

t.test('a connection that breaks ends its watches, and the next one gets another', async (t) => {
  const { client, sockets } = await server(t, 'HTTP/2');
  const watches = many(client);
  await seen(watches);
  for (const socket of sockets) socket.destroy();
  for (const { ended } of watches) t.match(await ended, { code: 'KUBE_UNREACHABLE' });
  await seen([follow(client, 0)]);
  t.equal(sockets.size, 2);
});

t.test('a connection that is silent gets no more watches, and those that it has go on', async (t) => {
  const { client, sockets, open } = await server(t, 'HTTP/2');
  const [patient, silent] = [follow(client, 0), follow(client, 1, 200)];
  await seen([patient]);
  t.match(await silent.ended, { code: 'WATCH_SILENT' });
  await seen([follow(client, 2)]);
  t.equal(sockets.size, 2);
  open.get(pathOf(0))?.write(line('b'));
  await seen([patient], 2);
});

t.test('a server that speaks HTTP/1.1 alone has a connection for each', async (t) => {
  const { client, sockets } = await server(t, 'HTTP/1.1');
  const watches = many(client);
  await seen(watches);
  t.equal(sockets.size, MANY);
});
