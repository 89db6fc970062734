import t from 'tap';
import { isNetwork, neverCalled } from '../../src/hooks/address.ts';

const NEVER: Record<string, RegExp> = {
  '127.0.0.1': /loopback/,
  '127.255.255.254': /loopback/,
  '::1': /loopback/,
  '::ffff:127.0.0.1': /loopback/,
  '::ffff:7f00:1': /loopback/,
  '64:ff9b::7f00:1': /loopback/,
  '169.254.169.254': /link-local/,
  '169.254.0.1': /link-local/,
  '::ffff:169.254.169.254': /link-local/,
  '::ffff:a9fe:a9fe': /link-local/,
  '64:ff9b::a9fe:a9fe': /link-local/,
  'fe80::1': /link-local/,
  'febf::1': /link-local/,
  '0.0.0.0': /no address/,
  '0.1.2.3': /no address/,
  '::': /no address/,
  '::ffff:0:0': /no address/,
  '224.0.0.1': /multicast/,
  '239.255.255.255': /multicast/,
  'ff02::1': /multicast/,
  '255.255.255.255': /broadcast/,
  '240.0.0.1': /reserved/,
  '100.100.100.200': /metadata/,
  '168.63.129.16': /metadata/,
  'fd00:ec2::254': /metadata/,
  localhost: /no address/,
  '': /no address/,
};

for (const [address, what] of Object.entries(NEVER)) {
  void t.test(`${address || 'nothing'} is never called`, async (t) => {
    t.match(neverCalled(address), what);
  });
}

const FINE = [
  '10.96.0.10',
  '172.16.0.1',
  '192.168.1.1',
  '100.64.0.1',
  '1.1.1.1',
  '126.255.255.255',
  '128.0.0.1',
  '169.253.255.255',
  '169.255.0.0',
  '223.255.255.255',
  '::ffff:10.0.0.1',
  '64:ff9b::a00:1',
  'fd00::1',
  'fec0::1',
  '2001:db8::1',
];

for (const address of FINE) {
  void t.test(`${address} may be called, if it is allowed`, async (t) => {
    t.equal(neverCalled(address), undefined);
  });
}

void t.test('a network is an address and a length that it can have', async (t) => {
  for (const text of ['10.0.0.0/8', '0.0.0.0/0', '10.1.2.3/32', 'fd00::/64', '::/128']) t.ok(isNetwork(text), text);
  for (const text of ['10.0.0.0', '10.0.0.0/33', '10.0.0/8', 'fd00::/129', '10.0.0.0/8/8', '10.0.0.0/-1', 'a/8'])
    t.notOk(isNetwork(text), text);
});
