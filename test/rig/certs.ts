import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { apiServerAdvertised, apiServerUrl, kubernetesServiceIp, nodeIp, nodeName } from './addresses.ts';

const run = promisify(execFile);

export interface KeyPair {
  cert: string;
  key: string;
}

/** Paths of everything the control plane signs with or shows. */
export interface Certificates {
  ca: KeyPair;
  apiServer: KeyPair;
  kubelet: KeyPair;
  admin: KeyPair;
  frontProxyCa: KeyPair;
  frontProxy: KeyPair;
  serviceAccount: { publicKey: string; privateKey: string };
}

const elliptic = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** Makes a self-signed CA `<name>.crt/.key` in `dir`. */
export async function makeCa(dir: string, name: string): Promise<KeyPair> {
  const pair = paths(dir, name);
  const extensions = ['-addext', 'keyUsage=critical,digitalSignature,keyCertSign,cRLSign'];
  const files = ['-keyout', pair.key, '-out', pair.cert];
  await run('openssl', ['req', '-x509', ...elliptic, '-days', '30', '-subj', `/CN=${name}`, ...extensions, ...files]);
  return pair;
}

/** Signs a certificate for a client (`subject`) and, when `names` are given, for a server of those names. */
export async function sign(
  ca: KeyPair,
  dir: string,
  name: string,
  { subject = `/CN=${name}`, names = [] as readonly string[] } = {},
): Promise<KeyPair> {
  const pair = paths(dir, name);
  const alt = names.map((n) => `${/^[\d.]+$/.test(n) ? 'IP' : 'DNS'}:${n}`).join(',');
  const extensions = ['basicConstraints=critical,CA:FALSE', 'extendedKeyUsage=clientAuth,serverAuth'];
  if (alt) extensions.push(`subjectAltName=${alt}`);
  const added = extensions.flatMap((extension) => ['-addext', extension]);
  const signer = ['-CA', ca.cert, '-CAkey', ca.key];
  const files = ['-keyout', pair.key, '-out', pair.cert];
  await run('openssl', ['req', '-x509', ...elliptic, '-days', '30', '-subj', subject, ...signer, ...added, ...files]);
  return pair;
}

/** Everything a fresh control plane needs. */
export async function makeCertificates(dir: string): Promise<Certificates> {
  const [ca, frontProxyCa, serviceAccount] = await Promise.all([
    makeCa(dir, 'rig-ca'),
    makeCa(dir, 'front-proxy-ca'),
    makeSigningKey(dir, 'service-account'),
  ]);
  const service = [
    'kubernetes',
    'kubernetes.default',
    'kubernetes.default.svc',
    'kubernetes.default.svc.cluster.local',
  ];
  const names = ['localhost', ...service, '127.0.0.1', kubernetesServiceIp, apiServerAdvertised];
  const [apiServer, kubelet, admin, frontProxy] = await Promise.all([
    sign(ca, dir, 'kube-apiserver', { names }),
    sign(ca, dir, 'kubelet', { names: [nodeIp, nodeName] }),
    sign(ca, dir, 'admin', { subject: '/O=system:masters/CN=rig-admin' }),
    sign(frontProxyCa, dir, 'front-proxy-client'),
  ]);
  return { ca, apiServer, kubelet, admin, frontProxyCa, frontProxy, serviceAccount };
}

async function makeSigningKey(dir: string, name: string): Promise<{ publicKey: string; privateKey: string }> {
  const privateKey = join(dir, `${name}.key`);
  const publicKey = join(dir, `${name}.pub`);
  await run('openssl', ['ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', privateKey]);
  await run('openssl', ['ec', '-in', privateKey, '-pubout', '-out', publicKey]);
  return { publicKey, privateKey };
}

const paths = (dir: string, name: string): KeyPair => ({
  cert: join(dir, `${name}.crt`),
  key: join(dir, `${name}.key`),
});

/** Writes a kubeconfig with everything embedded: by client certificate or by token. */
export function writeKubeconfig(
  file: string,
  caFile: string,
  user: KeyPair | { token: string },
  namespace = 'default',
): void {
  const base64 = (path: string): string => readFileSync(path).toString('base64');
  const credentials =
    'token' in user
      ? { token: user.token }
      : { 'client-certificate-data': base64(user.cert), 'client-key-data': base64(user.key) };
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'rig', cluster: { server: apiServerUrl, 'certificate-authority-data': base64(caFile) } }],
    users: [{ name: 'rig', user: credentials }],
    contexts: [{ name: 'rig', context: { cluster: 'rig', user: 'rig', namespace } }],
    'current-context': 'rig',
  };
  // JSON is YAML, so every client reads it.
  writeFileSync(file, JSON.stringify(config, null, 2), { mode: 0o600 });
}
