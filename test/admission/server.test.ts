import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'node:tls';
import t, { type Test } from 'tap';
import { waitFor } from '../rig/rig.ts';
import { edit, image, stored } from './build.ts';
import { V2 } from './rows.ts';
import { Caller, certificates, type Harness, review, webhook } from './webhook.ts';

const old = stored();
const hold = review(edit(old, image(V2)), old);

async function listening(t: Test, options?: Parameters<typeof webhook>[0]): Promise<Harness> {
  const harness = webhook(options);
  await harness.server.listen({ host: '127.0.0.1', port: 0 });
  t.teardown(() => harness.server.stop());
  return harness;
}

const serialOf = (pem: string | undefined): string => new X509Certificate(pem ?? '').serialNumber;

t.test('not ready, and no TLS, before there is a certificate', async (t) => {
  const harness = await listening(t);
  const { ca, leaves } = await certificates(1);
  const caller = new Caller(harness, ca);
  t.teardown(() => caller.close());
  t.equal(harness.server.isReady(), false);
  await t.rejects(caller.send('GET', '/readyz'));
  harness.server.useCertificate(leaves[0]!);
  t.equal((await caller.send('GET', '/readyz')).status, 200);
  t.equal((await caller.send('GET', '/healthz')).body, 'ok');
  t.match((await caller.send('GET', '/metrics')).body, /headgate_admission_duration_seconds/);
});

t.test('a new certificate is shown without a restart, and open connections go on', async (t) => {
  const harness = await listening(t);
  const { ca, leaves } = await certificates(2);
  harness.server.useCertificate(leaves[0]!);
  const before = new Caller(harness, ca);
  const after = new Caller(harness, ca);
  t.teardown(() => [before, after].map((caller) => caller.close()));
  t.equal((await before.send('POST', '/mutate?timeout=5s', hold)).serial, serialOf(leaves[0]?.cert));
  harness.server.useCertificate(leaves[1]!);
  t.equal((await after.send('POST', '/mutate?timeout=5s', hold)).serial, serialOf(leaves[1]?.cert));
  const again = await before.send('POST', '/mutate?timeout=5s', hold);
  t.equal(again.status, 200);
  t.equal(again.reused, true);
});

t.test('connections outlive the API server’s idle time; headers and requests do not hang', async (t) => {
  const { server } = (await listening(t)).server.app;
  t.ok(server.keepAliveTimeout > 90_000);
  t.ok(server.headersTimeout < server.requestTimeout);
  t.equal(server.requestTimeout, 30_000);
});

t.test('a shutdown under load fails no request', async (t) => {
  const harness = await listening(t, { shutdownDelayMs: 1_500 });
  const { ca, leaves } = await certificates(1);
  harness.server.useCertificate(leaves[0]!);
  const caller = new Caller(harness, ca, { maxSockets: 8 });
  t.teardown(() => caller.close());
  let sent = 0;
  let going = true;
  const client = async (): Promise<void> => {
    while (going) {
      const { status } = await caller.send('POST', '/mutate?timeout=5s', hold);
      t.equal(status, 200);
      sent++;
    }
  };
  const clients = Array.from({ length: 8 }, client);
  await sleep(100);
  const stopped = harness.server.stop();
  t.equal((await caller.send('GET', '/readyz')).status, 503);
  const beforeDrain = sent;
  t.ok(await waitFor('another answer', () => sent > beforeDrain), 'still serving while not ready');
  going = false;
  await Promise.all(clients);
  await stopped;
  await t.rejects(caller.send('GET', '/healthz'));
});

t.test('a request in flight when the listener closes is still answered', async (t) => {
  const harness = webhook();
  const begun = Promise.withResolvers<void>();
  harness.server.app.post('/slow', async () => {
    begun.resolve();
    await sleep(300);
    return { done: true };
  });
  await harness.server.listen({ host: '127.0.0.1', port: 0 });
  const { ca, leaves } = await certificates(1);
  harness.server.useCertificate(leaves[0]!);
  const caller = new Caller(harness, ca);
  t.teardown(() => caller.close());
  const slow = caller.send('POST', '/slow', {});
  await begun.promise;
  await harness.server.stop();
  t.match(await slow, { status: 200, body: '{"done":true}' });
});

t.test('a connection that was opened and never used does not hold up a shutdown', async (t) => {
  const harness = await listening(t, { shutdownDelayMs: 0 });
  const { ca, leaves } = await certificates(1);
  harness.server.useCertificate(leaves[0]!);
  const { port } = harness.server.app.server.address() as AddressInfo;
  const socket = connect({
    port,
    host: '127.0.0.1',
    ca,
    servername: 'localhost',
    checkServerIdentity: () => undefined,
  });
  await once(socket, 'secureConnect');
  const began = Date.now();
  await Promise.all([harness.server.stop(), once(socket, 'close')]);
  t.ok(Date.now() - began < 10_000, `it took ${Date.now() - began} ms`);
});
