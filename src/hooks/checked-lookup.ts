import { isIPv6 } from 'node:net';

interface AddressEntry {
  address: string;
  family: 4 | 6;
}
type Found = (error: Error | null, address: string | AddressEntry[], family?: 4 | 6) => void;

/** A look-up for a connection that gives the addresses which were checked, and asks no name server again. */
export const checkedLookup =
  (addresses: readonly string[]) =>
  (_host: string, { all }: { all?: boolean | undefined }, found: Found): void => {
    const entries = addresses.map((address): AddressEntry => ({ address, family: isIPv6(address) ? 6 : 4 }));
    const [first] = entries;
    if (all === true || first === undefined) found(null, entries);
    else found(null, first.address, first.family);
  };
