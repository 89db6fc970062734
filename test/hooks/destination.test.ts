import t from 'tap';
import { destinationOf } from '../../src/hooks/destination.ts';
import { refusalWords, secretRefusalWords } from '../../src/hooks/refusal.ts';
import { loadHookRules } from '../../src/hooks/settings.ts';

/** What a canary of namespace `shop` may call. */
const to = (url: string, allow = '', domain = '') =>
  destinationOf(url, 'shop', loadHookRules({ HEADGATE_HOOKS_ALLOW: allow, HEADGATE_CLUSTER_DOMAIN: domain }));

const RIGHT: Record<string, [url: string, allow: string, origin: string, host: string]> = {
  'a Service of its own namespace': ['http://tester/', '', 'http://tester.shop.svc', 'tester.shop.svc.cluster.local'],
  'the same with its namespace': ['http://tester.shop', '', 'http://tester.shop.svc', 'tester.shop.svc.cluster.local'],
  'the same in its long form': [
    'http://tester.shop.svc:8080/',
    '',
    'http://tester.shop.svc:8080',
    'tester.shop.svc.cluster.local',
  ],
  'the same in its whole form': [
    'https://tester.shop.svc.cluster.local/gate/check?x=1',
    '',
    'https://tester.shop.svc',
    'tester.shop.svc.cluster.local',
  ],
  'the same with a dot at its end': [
    'http://tester.shop.svc.cluster.local./',
    '',
    'http://tester.shop.svc',
    'tester.shop.svc.cluster.local',
  ],
  'letters of either case': ['http://Tester.SHOP/', '', 'http://tester.shop.svc', 'tester.shop.svc.cluster.local'],
  'a Service that is called localhost': [
    'http://localhost/',
    '',
    'http://localhost.shop.svc',
    'localhost.shop.svc.cluster.local',
  ],
  'a Service of another namespace that is allowed': [
    'http://tester.test',
    'tester.test',
    'http://tester.test.svc',
    'tester.test.svc.cluster.local',
  ],
  'the same in its long form, on another port': [
    'http://tester.test.svc:8080',
    'tester.test',
    'http://tester.test.svc:8080',
    'tester.test.svc.cluster.local',
  ],
  'any Service of a namespace': ['http://a.test', 'x.y, *.test', 'http://a.test.svc', 'a.test.svc.cluster.local'],
  'a Service of this name anywhere': ['http://a.test', 'a.*', 'http://a.test.svc', 'a.test.svc.cluster.local'],
  'any Service': ['http://a.test.svc', '*.*', 'http://a.test.svc', 'a.test.svc.cluster.local'],
  'a host': ['https://ci.example.com/x', 'https://ci.example.com', 'https://ci.example.com', 'ci.example.com'],
  'a host of two labels': ['https://example.com/x', 'https://example.com', 'https://example.com', 'example.com'],
  'the same, though every Service is allowed': [
    'https://example.com',
    '*.*, https://example.com',
    'https://example.com',
    'example.com',
  ],
  'a host below a domain': [
    'https://a.b.example.com',
    'https://*.example.com',
    'https://a.b.example.com',
    'a.b.example.com',
  ],
  'a host on its port': [
    'http://ci.example.com:8080/',
    'http://ci.example.com:8080',
    'http://ci.example.com:8080',
    'ci.example.com',
  ],
  'the default port in words': [
    'https://ci.example.com:443/',
    'https://ci.example.com',
    'https://ci.example.com',
    'ci.example.com',
  ],
  'a host on any port': [
    'http://ci.example.com:81/',
    'http://ci.example.com:*',
    'http://ci.example.com:81',
    'ci.example.com',
  ],
  'an address': ['http://10.1.2.3/', 'http://10.1.2.3', 'http://10.1.2.3', '10.1.2.3'],
  'an address in a network': ['http://10.1.2.77:8080', 'http://10.1.2.0/24:8080', 'http://10.1.2.77:8080', '10.1.2.77'],
  'an address of version 6': ['http://[fd00::7]:80/', 'http://[fd00::]/64', 'http://[fd00::7]', 'fd00::7'],
};

for (const [sentence, [url, allow, origin, host]] of Object.entries(RIGHT)) {
  void t.test(`may be called: ${sentence}`, async (t) => {
    const found = to(url, allow);
    if ('refusal' in found) throw new Error(refusalWords(found.refusal));
    t.equal(found.url.origin, origin);
    t.equal(found.host, host);
    t.equal(`${found.url.pathname}${found.url.search}`, `${new URL(url).pathname}${new URL(url).search}`, 'its path');
  });
}

const WRONG: Record<string, [url: string, allow: string, why: RegExp]> = {
  'a Service of another namespace': [
    'http://tester.test/',
    '',
    /^tester\.test is no Service of namespace shop; .* "tester\.test" or "http:\/\/tester\.test" in hooks\.allow/,
  ],
  'the same in its whole form': [
    'http://tester.test.svc.cluster.local/',
    '',
    /can allow it: "tester\.test" in hooks\.allow \(HEADGATE_HOOKS_ALLOW\)$/,
  ],
  'another Service than the one allowed': ['http://other.test', 'tester.test', /"other\.test" or/],
  'a host that nobody allowed': ['https://ci.example.com/x', '*.*', /can allow it: "https:\/\/ci\.example\.com" in/],
  'a host by the other scheme': ['http://ci.example.com', 'https://ci.example.com', /"http:\/\/ci\.example\.com"/],
  'a host on another port': [
    'https://ci.example.com:8443',
    'https://ci.example.com',
    /"https:\/\/ci\.example\.com:8443"/,
  ],
  'the domain of which hosts are allowed': ['https://example.com', 'https://*.example.com', /no Service/],
  'a host that ends like an allowed one': ['https://evilexample.com', 'https://*.example.com', /no Service/],
  'a pod of its own namespace': ['http://web-0.web.shop.svc', '', /no Service of namespace shop/],
  'an address': ['http://10.1.2.3/', '*.*', /^10\.1\.2\.3 is no Service of namespace shop.* "http:\/\/10\.1\.2\.3"/],
  'an address outside of the network': [
    'http://10.1.3.1:8080',
    'http://10.1.2.0/24:8080',
    /"http:\/\/10\.1\.3\.1:8080"/,
  ],
  'loopback, though all are allowed': [
    'http://127.0.0.1:8080',
    'http://0.0.0.0/0:*',
    /a loopback address, and hooks never/,
  ],
  'loopback in one number': ['http://2130706433/', 'http://0.0.0.0/0', /^127\.0\.0\.1 is a loopback address/],
  'loopback in hexadecimal': ['http://0x7f.1/', 'http://0.0.0.0/0', /loopback/],
  'loopback of version 6': ['http://[::1]/', 'http://[::]/0', /^::1 is a loopback address/],
  'the metadata server': ['http://169.254.169.254/latest/', 'http://0.0.0.0/0', /link-local address, and hooks never/],
  'the metadata server in version 6': ['http://[::ffff:169.254.169.254]/', 'http://[::]/0', /link-local/],
};

for (const [sentence, [url, allow, why]] of Object.entries(WRONG)) {
  void t.test(`may not be called: ${sentence}`, async (t) => {
    const found = to(url, allow);
    if (!('refusal' in found)) throw new Error(found.host);
    t.match(refusalWords(found.refusal), why);
    const { hostname } = new URL(url);
    t.notMatch(secretRefusalWords(found.refusal), hostname, 'and of an address that is a secret nothing is said');
  });
}

void t.test('the whole form of a Service has the domain of the cluster', async (t) => {
  t.match(to('http://a.shop.svc.k8s.example.com', '', 'k8s.example.com'), { host: 'a.shop.svc.k8s.example.com' });
  t.match(to('http://a.shop.svc.cluster.local', '', 'k8s.example.com'), { refusal: { is: 'notAllowed' } });
});
