import { BlockList, isIP, isIPv6 } from 'node:net';

/** Where no hook leads, whatever is allowed: what such an address is, and the networks of its kind. */
const NEVER: readonly [what: string, networks: readonly string[]][] = [
  ['a loopback address', ['127.0.0.0/8', '::1/128']],
  ['a link-local address', ['169.254.0.0/16', 'fe80::/10']],
  ['no address of a host', ['0.0.0.0/8', '::/128']],
  ['a multicast address', ['224.0.0.0/4', 'ff00::/8']],
  ['a reserved or broadcast address', ['240.0.0.0/4']],
  // Those of clouds that do not use a link-local address.
  ["a cloud's metadata server", ['100.100.100.200/32', '168.63.129.16/32', 'fd00:ec2::254/128', 'fd20:ce::254/128']],
];

/** Under this prefix a network without IPv4 reaches IPv4 addresses, which then stand in the last 32 bits. */
const NAT64 = '64:ff9b::';

const LISTS = NEVER.map(([what, networks]): [string, BlockList] => {
  const list = new BlockList();
  for (const network of networks) for (const form of [network, ...translated(network)]) addNetwork(list, form);
  return [what, list];
});

function translated(network: string): string[] {
  const [address = '', prefix] = network.split('/');
  return isIPv6(address) ? [] : [`${NAT64}${address}/${96 + Number(prefix)}`];
}

/** What kind of address this is, if it is one that is never called; IPv4 addresses also where they stand in IPv6. */
export const neverCalled = (address: string): string | undefined =>
  isIP(address) === 0 ? 'no address' : LISTS.find(([, list]) => contains(list, address))?.[0];

/** @param network such as `10.1.0.0/16`; must be one, see `isNetwork`. */
export function addNetwork(list: BlockList, network: string): void {
  const [address = '', prefix] = network.split('/');
  list.addSubnet(address, Number(prefix), familyOf(address));
}

/** Whether the text is a network such as `10.1.0.0/16` or `fd00::/8`. */
export function isNetwork(text: string): boolean {
  const [address = '', prefix = '', more] = text.split('/');
  const bits = isIPv6(address) ? 128 : 32;
  return isIP(address) !== 0 && /^\d{1,3}$/.test(prefix) && Number(prefix) <= bits && more === undefined;
}

/** Also an IPv4 address that stands in IPv6 (`::ffff:10.0.0.1`). */
export const contains = (list: BlockList, address: string): boolean => list.check(address, familyOf(address));

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIPv6(address) ? 'ipv6' : 'ipv4';
}
