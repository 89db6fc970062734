import { join } from 'node:path';
import type { Test } from 'tap';
import { type Json, waitFor } from '../../rig/rig.ts';
import { type Gate, Subject } from './subject.ts';

const CONFIGURATION = '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/headgate';
const SECRET = '/api/v1/namespaces/headgate/secrets/headgate-webhook-tls';
const MANIFEST = join(import.meta.dirname, '../../../manifests/webhook.yaml');
const LONGEST_MS = 10_000;

const WRONG = ['annotate', '--overwrite', 'deployment/podinfo', 'headgate.dev/interval=soon'];

/** What the API server says of a wrong word. */
const refused = async (subject: Subject): Promise<string> =>
  (await subject.kubectl(WRONG, { expectFail: true })).stderr;

/** What somebody spoils of certificate and configuration is put right within 10 s, and told. No other suite may run meanwhile. */
export function repairs(t: Test, gate: Gate): void {
  const { rig } = gate;
  const webhooks = async (): Promise<Json[] | undefined> => (await rig.api.find(CONFIGURATION))?.['webhooks'];
  const data = async (): Promise<Json> => (await rig.api.get(SECRET))['data'] ?? {};
  const healed = (what: string, is: () => Promise<boolean>) =>
    waitFor(what, is, { timeoutMs: LONGEST_MS, everyMs: 100 });
  const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

  async function told(reason: string): Promise<Json> {
    const path = '/api/v1/namespaces/headgate/events';
    const find = async () =>
      (await rig.api.list(path)).find((event: Json) => event.reason === reason && event.type === 'Warning') as Json;
    const event = await waitFor(`the Event ${reason}`, find, { timeoutMs: LONGEST_MS });
    t.equal(event.involvedObject.name, 'headgate-webhook-tls', `${reason}: ${event.message}`);
    return event;
  }

  t.test('a caBundle that was emptied', async (t) => {
    const before = await webhooks();
    const patch = before?.map((_, index) => ({ op: 'remove', path: `/webhooks/${index}/clientConfig/caBundle` })) ?? [];
    await rig.api.patch(CONFIGURATION, patch, 'json');
    await healed('the bundle', async () => same(await webhooks(), before));
    await told('CaBundleRestored');
    t.pass('is there again');
  });

  t.test('a configuration that was deleted', async (t) => {
    const before: Json = await rig.api.get(CONFIGURATION);
    await rig.api.delete(CONFIGURATION);
    await healed('the configuration', async () => same(await webhooks(), before['webhooks']));
    const after: Json = await rig.api.get(CONFIGURATION);
    t.not(after.metadata.uid, before.metadata.uid);
    t.same(after.metadata.labels, before.metadata.labels);
    await told('WebhookConfigurationRestored');
    await rig.kubectl(['apply', '--server-side', '-f', MANIFEST]);
    t.same(await webhooks(), before['webhooks'], 'its author meets no fields of anybody else, and leaves the bundle');
  });

  t.test('a Secret with garbage: it is written back, and nobody is refused meanwhile', async (t) => {
    const subject = await Subject.enrolled(gate, 'repairs');
    let going = true;
    let admitted = 0;
    const load = (async (): Promise<void> => {
      for (let round = 0; going; round++, admitted++) {
        await rig.api.patch(subject.path, {
          metadata: { annotations: { 'headgate.dev/interval': `${30 + (round % 9)}s` } },
        });
      }
    })();
    const before = await data();
    const garbage = Buffer.from('garbage').toString('base64');
    await rig.api.patch(SECRET, { data: Object.fromEntries(Object.keys(before).map((key) => [key, garbage])) });
    await healed('the certificate', async () => same(await data(), before));
    const then = admitted;
    await waitFor('requests after that', () => admitted > then + 20);
    going = false;
    await load;
    await told('CertificateRepaired');
    t.ok(admitted > 20, `none of ${admitted} changes was refused`);
  });

  t.test('a Secret that was emptied gets another authority', async (t) => {
    const subject = await Subject.enrolled(gate, 'emptied');
    const before = await data();
    await rig.api.patch(SECRET, { data: Object.fromEntries(Object.keys(before).map((key) => [key, null])) });
    await healed('another authority', async () => {
      const { 'ca.crt': authority } = await data();
      return authority !== undefined && authority !== before['ca.crt'];
    });
    const judged = async () => (await refused(subject)).includes('interval');
    await healed('the webhooks to be trusted again', judged);
    // One answer is that of one webhook: who comes next may be asked to trust the other.
    let inARow = 0;
    const steadily = async () => (inARow = (await judged()) ? inARow + 1 : 0) >= 10;
    await waitFor('ten answers in a row', steadily);
    t.pass('and all webhooks show a certificate of it');
  });
}
