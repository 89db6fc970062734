import { readFileSync } from 'node:fs';
import t from 'tap';
import { type Json, openRig, waitFor } from '../../rig/rig.ts';
import { App } from '../support/app.ts';
import { servedAll } from '../support/failures.ts';
import { isLeft, remainsOf } from '../support/left-behind.ts';
import { Release } from '../support/release.ts';
import { SecuredRedis } from '../support/secured-redis.ts';

/**
 * Everything that can be elsewhere, is: certificates are cert-manager's, Redis is somebody's own with TLS and users, and
 * names are not the usual ones.
 */
const NAMESPACE = 'delivery';
const CONFIGURATION = '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/headgate';
const USER = { name: 'gate', password: 'p@ss/w%1:rd' };

const rig = openRig();
const redis = await SecuredRedis.start(rig, USER);
const release = new Release(rig, {
  helm: 'helm4',
  namespace: NAMESPACE,
  values: {
    certificates: { source: 'cert-manager' },
    externalRedis: { url: 'rediss://localhost:6390', existingSecret: 'redis-account', usernameKey: 'user' },
    trustedCertificates: { configMap: 'authorities' },
    queue: 'delivery',
    scheduler: { serviceAccount: { name: 'gate-keeper' } },
    webhook: { serviceAccount: { name: 'gate-holder' } },
  },
});
t.teardown(async () => {
  await redis.stop();
  await rig.close();
});

const apply = (object: Json) => rig.kubectl(['apply', '--server-side', '-f', '-'], { input: object });
const inNamespace = (kind: string, name: string, content: Json): Json => ({
  apiVersion: 'v1',
  kind,
  metadata: { name, namespace: NAMESPACE },
  ...content,
});

/** cert-manager is not on the rig: its kinds are, and this test does what it would do. */
async function defineCertManager(): Promise<void> {
  for (const kind of ['Certificate', 'Issuer']) {
    const plural = `${kind.toLowerCase()}s`;
    const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
    await apply({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `${plural}.cert-manager.io` },
      spec: {
        group: 'cert-manager.io',
        scope: 'Namespaced',
        names: { kind, plural, singular: kind.toLowerCase() },
        versions: [{ name: 'v1', served: true, storage: true, schema }],
      },
    });
    await rig.kubectl(['wait', '--for=condition=Established', `crd/${plural}.cert-manager.io`]);
  }
}

/** The Secret that the Certificate asks for, and the bundle that cainjector writes. */
async function issue(): Promise<void> {
  const path = `/apis/cert-manager.io/v1/namespaces/${NAMESPACE}/certificates/headgate-webhook`;
  const { spec } = await waitFor('the Certificate', () => rig.api.find(path) as Promise<Json>);
  const { cert, key, caBundle } = await rig.certificate(spec.dnsNames);
  const stringData = { 'tls.crt': readFileSync(cert, 'utf8'), 'tls.key': readFileSync(key, 'utf8') };
  await apply(inNamespace('Secret', spec.secretName, { type: 'kubernetes.io/tls', stringData }));
  const configuration = await rig.api.get(CONFIGURATION);
  const from = configuration.metadata.annotations['cert-manager.io/inject-ca-from'];
  if (from !== `${NAMESPACE}/headgate-webhook`) throw new Error(`cainjector is told to read ${from}`);
  for (const webhook of configuration['webhooks']) webhook.clientConfig.caBundle = caBundle;
  await rig.api.replace(CONFIGURATION, configuration);
}

t.before(async () => {
  await defineCertManager();
  await rig.api.create('/api/v1/namespaces', { metadata: { name: NAMESPACE } });
  const stringData = { user: USER.name, password: `${USER.password}\n` };
  await apply(inNamespace('Secret', 'redis-account', { stringData }));
  const data = { 'ca.crt': readFileSync(rig.file.ca.cert, 'utf8') };
  await apply(inNamespace('ConfigMap', 'authorities', { data }));
  await release.begin();
  await issue();
  for (const name of ['webhook', 'scheduler']) {
    await rig.kubectl(['rollout', 'status', `deployment/headgate-${name}`, '-n', NAMESPACE, '--timeout=60s']);
  }
  await release.answers();
});

t.test('the webhook has no right, and no way into the cluster', async (t) => {
  const account = `system:serviceaccount:${NAMESPACE}:gate-holder`;
  for (const right of ['get secrets', 'update secrets', 'patch mutatingwebhookconfigurations']) {
    const [verb = '', resource = ''] = right.split(' ');
    const words = ['auth', 'can-i', verb, resource, `--as=${account}`, '-n', NAMESPACE];
    const { stdout } = await rig.kubectl(words, { expectFail: true });
    t.match(stdout, /^no/, right);
  }
  const [name] = await release.pods('webhook');
  const pod: Json = await rig.api.get(`/api/v1/namespaces/${NAMESPACE}/pods/${name}`);
  t.same(
    pod.spec.volumes.map((volume: Json) => volume.name),
    ['tls', 'trusted'],
    'no token is mounted',
  );
});

t.test('a release goes through, by the accounts of these names', async (t) => {
  const app = await App.enrolled(rig, 'external', { annotations: { 'step-weights': '50', metrics: '[]' } });
  const load = app.load(30);
  await app.setImage('1.4.1');
  await app.phase('Succeeded');
  t.same(await app.stableTags(), ['1.4.1']);
  t.same(
    (await redis.users()).filter((user) => user !== 'default'),
    [USER.name],
    'Redis knows who is connected',
  );
  await servedAll(t, load);
  await app.delete();
});

t.test('only that account opens the gate', async (t) => {
  const app = await App.enrolled(rig, 'kept', {
    annotations: { 'step-weights': '50', interval: '60s', metrics: '[]' },
  });
  await app.setImage('1.4.1');
  await app.phase('Progressing');
  for (const [account, namespace] of [
    ['headgate-scheduler', NAMESPACE],
    ['gate-keeper', 'default'],
  ]) {
    const as = `system:serviceaccount:${namespace}:${account}`;
    const patch = JSON.stringify({ metadata: { annotations: { 'headgate.dev/held': null } }, spec: { paused: null } });
    const words = [
      'patch',
      'deployment',
      app.name,
      '--type=merge',
      '-p',
      patch,
      `--as=${as}`,
      '--as-group=system:masters',
    ];
    await app.kubectl(words).catch(() => undefined);
    const { metadata, spec } = await app.deployment();
    t.ok(metadata.annotations['headgate.dev/held'] && spec.paused, `${as} does not`);
  }
  await release.uninstall();
  await isLeft(t, app, '1.4.0');
  t.notOk((await app.deployment()).spec.paused, 'not paused');
  t.same(await remainsOf(app, NAMESPACE), [], 'nothing is left');
});
