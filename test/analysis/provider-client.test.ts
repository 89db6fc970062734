import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import { exportPKCS8, generateKeyPair, jwtVerify } from 'jose';
import t, { type Test } from 'tap';
import { issueLeaf, makeAuthority } from '../../src/admission/certificates/issue.ts';
import { ProviderClient, type ProviderClientOptions } from '../../src/analysis/provider-client.ts';
import type { ProviderRequest } from '../../src/analysis/providers/provider.ts';
import { signedHeaders } from '../../src/analysis/signing.ts';
import { loadMetricRules } from '../../src/hooks/settings.ts';

type Teardown = Pick<Test, 'teardown'>;

/** A server at this machine; each name of a test leads to it. */
async function listening(t: Teardown, answer: RequestListener, secure?: object): Promise<number> {
  const server = secure ? createTlsServer(secure, answer) : createServer(answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

const clientHere = (options: Partial<ProviderClientOptions> = {}): ProviderClient =>
  new ProviderClient({
    rules: loadMetricRules({}),
    userAgent: 'headgate/test',
    addresses: async () => ['127.0.0.1'],
    ...options,
  });

const OWN = { namespace: 'demo', isTrusted: false };
const get = (url: string): ProviderRequest => ({ method: 'GET', url, headers: { accept: 'application/json' } });

t.test('a question is one request, and its answer is told whole', async (t) => {
  const heard: unknown[] = [];
  const port = await listening(t, ({ url, headers }, response) => {
    heard.push([url, headers.host, headers['user-agent'], headers.accept]);
    response.writeHead(429, { 'retry-after': '7' }).end('slow down');
  });
  const answer = await clientHere().send(get(`http://metrics:${port}/a?b=c`), OWN, {});
  t.same(answer, { status: 429, text: 'slow down', retryAfter: '7' });
  t.same(heard, [['/a?b=c', `metrics.demo.svc:${port}`, 'headgate/test', 'application/json']]);
});

t.test('a server that does not answer in time, breaks off, or says too much, is told of', async (t) => {
  const port = await listening(t, ({ url }, response) => {
    if (url === '/large') response.end('x'.repeat(300_000));
    else if (url === '/broken') response.writeHead(200).write('half', () => response.destroy());
  });
  const client = clientHere();
  const said = (path: string, by = client) => by.send(get(`http://metrics:${port}${path}`), OWN, {});
  t.same(await said('/silent', clientHere({ timeoutMs: 200 })), { problem: 'did not answer within 200ms' });
  t.match(await said('/large'), { problem: /larger than 256 KiB/ });
  t.match(await said('/broken'), { problem: /cannot be reached/ });
  t.match(await client.send(get('http://metrics:1/'), OWN, {}), { problem: /cannot be reached: .*ECONNREFUSED/ });
});

t.test('a template leads where its author may lead it, and nowhere else', async (t) => {
  const port = await listening(t, (_, response) => void response.end('1'));
  const send = (url: string, isTrusted: boolean, options: Partial<ProviderClientOptions> = {}) =>
    clientHere(options).send(get(url), { namespace: 'demo', isTrusted }, {});
  t.match(await send(`http://metrics.other.svc:${port}/`, false), {
    problem: /no Service of namespace demo; .* "metrics.other" in metricTemplates.allow \(HEADGATE_METRICS_ALLOW\)/,
  });
  t.match(await send(`http://metrics.other:${port}/`, true), { status: 200 });
  t.match(await send(`http://api.example.com:${port}/`, true), { status: 200 });
  t.match(await send(`http://api.example.com:${port}/`, false), { problem: /may not be asked/ });
  const rules = loadMetricRules({ HEADGATE_METRICS_ALLOW: 'http://*.example.com:*' });
  t.match(await send(`http://api.example.com:${port}/`, false, { rules }), { status: 200 });
  t.match(await send(`http://127.0.0.1:${port}/`, true), {
    problem: /loopback address, and templates never reach one/,
  });
  const addresses = async () => ({ refusal: { is: 'never', address: '10.96.0.1', what: 'the API server' } }) as const;
  t.match(await send(`http://metrics:${port}/`, true, { addresses }), {
    problem: /10.96.0.1 is the API server, and templates/,
  });
});

t.test('both sides may be known by a certificate', async (t) => {
  const life = { now: Date.now(), lifeMs: 60_000 };
  const ca = await makeAuthority(life);
  const own = await issueLeaf(ca, ['metrics.demo.svc'], life);
  const secure = { cert: own.cert, key: own.key, ca: ca.cert, requestCert: true, rejectUnauthorized: false };
  const whoAsks = (socket: unknown) => (socket as TLSSocket).getPeerCertificate().subject?.CN ?? 'nobody';
  const port = await listening(t, ({ socket }, response) => void response.end(String(whoAsks(socket))), secure);
  const send = (tls: Record<string, string>) => clientHere().send(get(`https://metrics:${port}/`), OWN, tls);
  t.match(await send({}), { problem: /certificate/ });
  t.match(await send({ 'ca.crt': ca.cert }), { text: 'nobody' });
  t.match(await send({ 'ca.crt': ca.cert, 'tls.crt': own.cert, 'tls.key': own.key }), { text: 'metrics.demo.svc' });
});

t.test('AWS is told who asks by its own signature, over address, headers and body', async (t) => {
  const keys = { accessKeyId: 'AK', secretAccessKey: 'SK', sessionToken: 'ST' };
  const signing = { by: 'aws', service: 'monitoring', region: 'eu-west-1', ...keys } as const;
  const request = {
    method: 'POST',
    url: 'https://monitoring.eu-west-1.amazonaws.com/',
    headers: {},
    body: '{}',
  } as const;
  const headers = await signedHeaders({ ...request, signing });
  t.match(headers, { 'x-amz-security-token': 'ST', host: 'monitoring.eu-west-1.amazonaws.com' });
  const signingDate = dateOf(headers['x-amz-date'] ?? '');
  const signer = new SignatureV4({ service: 'monitoring', region: 'eu-west-1', credentials: keys, sha256: Sha256 });
  const again = { method: 'POST', protocol: 'https:', path: '/', query: {}, body: '{}' };
  const hostname = 'monitoring.eu-west-1.amazonaws.com';
  const wanted = await signer.sign({ ...again, hostname, headers: { host: hostname } }, { signingDate });
  t.equal(headers['authorization'], wanted.headers['authorization']);
  t.notOk(JSON.stringify(headers).includes('SK'), 'the secret key is not sent');
});

const dateOf = (text: string): Date =>
  new Date(text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));

t.test('Google is told who asks by a token that the account signs', async (t) => {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
  const audience = 'https://monitoring.googleapis.com/';
  const signing = {
    by: 'google',
    audience,
    email: 'a@b.iam',
    keyId: 'k1',
    privateKey: await exportPKCS8(privateKey),
  } as const;
  const { authorization = '' } = await signedHeaders({ ...get('https://monitoring.googleapis.com/'), signing });
  const { payload, protectedHeader } = await jwtVerify(authorization.replace('Bearer ', ''), publicKey, { audience });
  t.match(payload, { iss: 'a@b.iam', sub: 'a@b.iam' });
  t.match(protectedHeader, { alg: 'RS256', kid: 'k1' });
});

t.test('a key that is none is told of, and not what it is', async (t) => {
  const signing = { by: 'google', audience: 'a', email: 'a@b', privateKey: 'do-not-show-this' } as const;
  const answer = await clientHere().send({ ...get('http://metrics:1/'), signing }, OWN, {});
  t.match(answer, { problem: /cannot be reached/ });
  t.notMatch(JSON.stringify(answer), 'do-not-show-this');
});
