import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import t, { type Test } from 'tap';
import { resolveVia } from '../../src/hooks/resolve.ts';
import { NEVER } from './receiver.ts';

const A = 1;

/** A name server of one address; stopped with the test. Without an address it says nothing. */
async function nameServer(t: Test, address?: string): Promise<string> {
  const socket = createSocket('udp4');
  socket.on('message', (query, peer) => {
    if (address !== undefined) socket.send(answerTo(query, address), peer.port, peer.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  t.teardown(() => socket.close());
  return `127.0.0.1:${socket.address().port}`;
}

/** The question as it came, and for type A one record for its name (a pointer to byte 12). */
function answerTo(query: Buffer, address: string): Buffer {
  const end = query.indexOf(0, 12) + 5;
  const isA = query.readUInt16BE(end - 4) === A;
  const head = Buffer.from(query.subarray(0, end));
  head.writeUInt16BE(0x8180, 2);
  head.writeUInt16BE(isA ? 1 : 0, 6);
  head.writeUInt32BE(0, 8);
  const record = [0xc0, 12, 0, A, 0, 1, 0, 0, 0, 5, 0, 4, ...address.split('.').map(Number)];
  return Buffer.concat([head, Buffer.from(isA ? record : [])]);
}

void t.test('a name has the addresses that its name server says', async (t) => {
  const server = await nameServer(t, '10.1.2.3');
  t.same(await resolveVia([server])('hook.demo.svc.cluster.local', NEVER), ['10.1.2.3']);
});

void t.test('an address is itself, and nobody is asked', async (t) => {
  t.same(await resolveVia(['127.0.0.1:1'])('10.1.2.3', NEVER), ['10.1.2.3']);
  t.same(await resolveVia(['127.0.0.1:1'])('fd00::1', NEVER), ['fd00::1']);
});

void t.test('without a name server there is an error with the name', async (t) => {
  const looking = resolveVia(['127.0.0.1:1'])('hook.demo.svc.cluster.local', NEVER);
  await t.rejects(looking, { code: 'ECONNREFUSED', hostname: 'hook.demo.svc.cluster.local' });
});

void t.test('a name server that says nothing is given up with the signal', async (t) => {
  const server = await nameServer(t);
  const began = Date.now();
  await t.rejects(resolveVia([server])('hook.demo.svc.cluster.local', AbortSignal.timeout(50)), { code: 'ECANCELLED' });
  t.ok(Date.now() - began < 900, `after ${Date.now() - began} ms`);
  await t.rejects(resolveVia([server])('hook.demo.svc.cluster.local', AbortSignal.abort()), { name: 'AbortError' });
});
