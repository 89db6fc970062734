import { X509Certificate } from 'node:crypto';
import type { Test } from 'tap';
import { SecretCertificates } from '../../../src/admission/certificates/secret-source.ts';
import { KubeClient } from '../../../src/cluster/client.ts';
import { loadCredentials } from '../../../src/cluster/credentials.ts';
import { createLog } from '../../../src/telemetry/log.ts';
import { type Json, waitFor } from '../../rig/rig.ts';
import type { Gate } from './subject.ts';

const NAME = 'headgate-webhook.rotation.svc';
const DAY = 86_400_000;
const timing = { authorityMs: 6 * DAY, servingMs: 1.5 * DAY, checkMs: 150, retryMs: 100, settleMs: DAY / 2 };
/** Less than the half day, here four seconds, for which a bundle is known before it is used. */
const PROMPT_MS = 3_000;
const START = Date.now();
/** A day passes in eight seconds: a machine with other work stops a replica, between its look and what follows, for a part of one. */
const now = (): number => START + (Date.now() - START) * 10_800;

/** Certificates of several replicas on the real API server, over many lives. */
export async function rotation(t: Test, { rig }: Gate): Promise<void> {
  t.test('replicas agree, and nothing is ever shown that the configuration does not trust', async (t) => {
    const namespace = await rig.createNamespace('rotation');
    const path = `/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/${namespace}`;
    await rig.api.create(`/api/v1/namespaces/${namespace}/secrets`, { metadata: { name: 'tls' } });
    await rig.api.create(path.slice(0, path.lastIndexOf('/')), configuration(namespace));
    const client = new KubeClient({
      credentials: await loadCredentials({ kubeconfig: rig.file.kubeconfig }),
      userAgent: 'rotation/test',
    });
    const bundle = async (): Promise<string> => {
      const { webhooks }: Json = await rig.api.get(path);
      return Buffer.from(webhooks[0].clientConfig.caBundle ?? '', 'base64').toString('utf8');
    };
    const shown: string[][] = [[], [], []];
    const untrusted: string[] = [];
    const checked: Promise<unknown>[] = [];
    const sources = shown.map((list) => {
      const source = new SecretCertificates({
        client,
        secret: { namespace, name: 'tls' },
        configuration: namespace,
        names: [NAME],
        serves: () => true,
        now,
        log: createLog({ level: 'silent', process: 'webhook' }),
        timing,
      });
      source.start(({ cert }) => {
        list.push(cert);
        const shownAt = Date.now();
        const check = bundle().then(
          // In this time authorities live for seconds: an answer that comes late tells of another moment.
          (pem) => Date.now() - shownAt > PROMPT_MS || trusts(pem, cert) || untrusted.push(cert),
          () => untrusted.push('no bundle'),
        );
        checked.push(check);
      });
      return source;
    });
    const issuers = () => new Set(shown[0]?.map((cert) => new X509Certificate(cert).issuer));
    const many = () => (shown[0]?.length ?? 0) >= 5 && issuers().size >= 2;
    await waitFor('five certificates of two authorities', many, { timeoutMs: 150_000 });
    // Another replica may be about to show the same one, and is to find the bundle that it has just seen.
    const agree = (): boolean => new Set(shown.map((list) => list.at(-1))).size === 1;
    await waitFor('every replica to show the last one', agree);
    await Promise.all(checked);
    await rig.api.patch(path, [{ op: 'remove', path: '/webhooks/0/clientConfig/caBundle' }], 'json');
    await waitFor('the bundle to be put back', async () => (await bundle()).includes('CERTIFICATE'));
    await Promise.all(sources.map((source) => source.stop()));
    await Promise.all(checked);
    await client.close();
    await rig.api.delete(path);
    const [first = []] = shown;
    t.same(untrusted, []);
    const all = new Set(shown.flat());
    t.ok(all.size <= first.length + 2, `${all.size} different ones among three replicas`);
  });
}

const trusts = (bundle: string, cert: string): boolean =>
  (bundle.match(/-----BEGIN[^]*?-----END CERTIFICATE-----/g) ?? []).some((authority) =>
    new X509Certificate(cert).verify(new X509Certificate(authority).publicKey),
  );

/** It matches nothing. */
const configuration = (name: string): object => ({
  metadata: { name },
  webhooks: [
    {
      name: 'rotation.example.com',
      admissionReviewVersions: ['v1'],
      sideEffects: 'None',
      failurePolicy: 'Ignore',
      clientConfig: { service: { namespace: name, name: 'none' } },
      objectSelector: { matchLabels: { nothing: name } },
      rules: [{ apiGroups: ['apps'], apiVersions: ['v1'], operations: ['DELETE'], resources: ['deployments'] }],
    },
  ],
});
