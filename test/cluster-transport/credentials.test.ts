import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { stringify } from 'yaml';
import { loadCredentials } from '../../src/cluster/credentials.ts';
import { failure } from './fault-server.ts';

const dir = t.testdir({ 'ca.crt': 'CA\n', token: 'first\n', namespace: 'headgate' });
const file = (name: string, content: string): string => {
  writeFileSync(join(dir, name), content);
  return join(dir, name);
};

interface Kubeconfig {
  user: object;
  cluster?: object;
  name?: string;
}

const kubeconfig = ({ user, cluster = {}, name = 'one' }: Kubeconfig): string =>
  file(
    `${name}.yaml`,
    stringify({
      'current-context': name,
      clusters: [
        { name, cluster: { server: `https://${name}.example.com/`, 'certificate-authority': 'ca.crt', ...cluster } },
      ],
      users: [{ name, user }],
      contexts: [{ name, context: { cluster: name, user: name, namespace: 'team' } }],
    }),
  );

void t.test('a pod takes its account, and reads its token again when asked to', async (t) => {
  const pod = await loadCredentials({ inCluster: 'https://10.96.0.1:443', accountDir: dir });
  t.match(pod, { server: 'https://10.96.0.1:443', namespace: 'headgate', tls: { ca: 'CA' } });
  t.strictSame(await pod.headers(false), { Authorization: 'Bearer first' });
  file('token', 'second');
  t.strictSame(await pod.headers(false), { Authorization: 'Bearer first' }, 'not for each request');
  t.strictSame(await pod.headers(true), { Authorization: 'Bearer second' });
  mkdirSync(join(dir, 'empty'));
});

void t.test('a kubeconfig goes before the account of the pod', async (t) => {
  const path = kubeconfig({ user: { token: 'mine' } });
  const mine = await loadCredentials({ kubeconfig: path, inCluster: 'https://10.96.0.1:443', accountDir: dir });
  t.match(mine, { server: 'https://one.example.com', namespace: 'team' });
  t.equal(String(mine.tls.ca), 'CA\n', 'a path is relative to the file');
  t.strictSame(await mine.headers(false), { Authorization: 'Bearer mine' });
});

const exec = {
  exec: {
    apiVersion: 'client.authentication.k8s.io/v1',
    command: 'echo',
    args: ['{"status":{"token":"made"}}'],
  },
};
const certified = { status: { clientCertificateData: 'CERT', clientKeyData: 'KEY' } };

const users: Record<string, [user: object, headers: object, tls: object]> = {
  'a token': [{ token: 'mine' }, { Authorization: 'Bearer mine' }, {}],
  'a token in a file': [{ tokenFile: 'token' }, { Authorization: 'Bearer second' }, {}],
  'a client certificate': [
    { 'client-certificate-data': Buffer.from('CERT').toString('base64'), 'client-key': 'key' },
    {},
    { cert: Buffer.from('CERT'), key: Buffer.from('KEY') },
  ],
  'a name and a password': [{ username: 'u', password: 'p' }, { Authorization: 'Basic dTpw' }, {}],
  'a program that makes a token': [exec, { Authorization: 'Bearer made' }, {}],
  'a program that makes a certificate': [
    { exec: { ...exec.exec, args: [JSON.stringify(certified)] } },
    {},
    { cert: 'CERT', key: 'KEY' },
  ],
  'a plug-in of the client library': [
    { 'auth-provider': { name: 'file', config: { tokenFile: join(dir, 'token') } } },
    { Authorization: 'Bearer second' },
    {},
  ],
  'another that it acts as, with a token in a file': [
    { tokenFile: 'token', as: 'someone' },
    { Authorization: 'Bearer second', 'Impersonate-User': 'someone' },
    {},
  ],
  'another that it acts as': [
    { token: 'mine', as: 'someone' },
    { Authorization: 'Bearer mine', 'Impersonate-User': 'someone' },
    {},
  ],
};

for (const [sentence, [user, headers, tls]] of Object.entries(users)) {
  void t.test(`a user may have ${sentence}`, async (t) => {
    file('key', 'KEY');
    const credentials = await loadCredentials({ kubeconfig: kubeconfig({ user }) });
    t.strictSame({ ...(await credentials.headers(false)) }, headers);
    t.strictSame(credentials.tls, { ca: Buffer.from('CA\n'), ...tls });
  });
}

void t.test('several files are one, and a context may be named', async (t) => {
  const paths = ['one', 'two'].map((name) => kubeconfig({ user: { token: name }, name })).join(':');
  t.equal((await loadCredentials({ kubeconfig: paths })).server, 'https://one.example.com');
  const two = await loadCredentials({ kubeconfig: `/none:${paths}`, context: 'two' });
  t.equal(two.server, 'https://two.example.com');
  t.strictSame(await two.headers(false), { Authorization: 'Bearer two' });
});

void t.test('of two entries of one name the first counts', async (t) => {
  const first = kubeconfig({ user: { token: 'first' }, name: 'both' });
  const second = kubeconfig({ user: { token: 'second' } });
  writeFileSync(second, readFileSync(second, 'utf8').replaceAll('one', 'both'));
  const both = await loadCredentials({ kubeconfig: `${first}:${second}` });
  t.equal(both.server, 'https://both.example.com');
  t.strictSame(await both.headers(false), { Authorization: 'Bearer first' });
});

void t.test('the server is trusted by the file, also where it names no user', async (t) => {
  const path = kubeconfig({ user: {} });
  writeFileSync(path, readFileSync(path, 'utf8').replace('users:', 'others:'));
  const credentials = await loadCredentials({ kubeconfig: path });
  t.strictSame([credentials.tls, await credentials.headers(false)], [{ ca: Buffer.from('CA\n') }, {}]);
});

const unusable: Record<string, [sources: () => object, message: RegExp]> = {
  'a file that is not there': [() => ({ kubeconfig: join(dir, 'none') }), /there is no kubeconfig at .*none/],
  'a context that is not there': [() => ({ kubeconfig: kubeconfig({ user: {} }), context: 'x' }), /no context "x"/],
  'a file that is no kubeconfig': [() => ({ kubeconfig: file('text', 'a: [') }), /no way into the Kubernetes API/],
  'a proxy': [
    () => ({ kubeconfig: kubeconfig({ user: {}, cluster: { 'proxy-url': 'http://p' } }) }),
    /proxy-url is not/,
  ],
  'a server without TLS': [
    () => ({ kubeconfig: kubeconfig({ user: {}, cluster: { server: 'http://x' } }) }),
    /cluster one in .*one\.yaml is called without TLS; .* insecure-skip-tls-verify: true/,
  ],
  'a pod without an account': [() => ({ inCluster: 'https://x', accountDir: join(dir, 'empty') }), /token/],
};

for (const [sentence, [sources, message]] of Object.entries(unusable)) {
  void t.test(`unusable: ${sentence}`, async (t) => {
    t.match(await failure(loadCredentials(sources())), { code: 'CREDENTIALS_UNUSABLE', message });
  });
}
