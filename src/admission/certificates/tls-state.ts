import type { KeyPair } from './issue.ts';

/** What all replicas share, in one Secret. A missing part is to be made. */
export interface TlsState {
  /** Signs serving certificates. */
  authority?: KeyPair;
  /** Signs them later: API servers are told about it first, from `since` on (milliseconds since the epoch). */
  next?: KeyPair & { since: number };
  /** Certificate of an authority whose serving certificates may still be shown somewhere. */
  previous?: string;
  serving?: KeyPair;
}

const KEYS = {
  authority: ['ca.crt', 'ca.key'],
  next: ['next-ca.crt', 'next-ca.key'],
  serving: ['tls.crt', 'tls.key'],
} as const;
const SINCE = 'next-ca.since';
const PREVIOUS = 'previous-ca.crt';

type Data = Record<string, string>;

/** Reads the Secret's data (base64); parts that are not complete are missing. */
export function readTlsState(data: Data | undefined): TlsState {
  const text = (key: string): string => Buffer.from(data?.[key] ?? '', 'base64').toString('utf8');
  const pair = ([cert, key]: readonly [string, string]): KeyPair | undefined =>
    text(cert) === '' || text(key) === '' ? undefined : { cert: text(cert), key: text(key) };
  const authority = pair(KEYS.authority);
  const serving = pair(KEYS.serving);
  const next = pair(KEYS.next);
  const since = Date.parse(text(SINCE));
  return {
    ...(authority && { authority }),
    ...(serving && { serving }),
    ...(next && !Number.isNaN(since) && { next: { ...next, since } }),
    ...(text(PREVIOUS) !== '' && { previous: text(PREVIOUS) }),
  };
}

export function writeTlsState({ authority, next, previous, serving }: TlsState): Data {
  const texts = {
    ...pairTexts(KEYS.authority, authority),
    ...pairTexts(KEYS.next, next),
    ...pairTexts(KEYS.serving, serving),
    ...(next && { [SINCE]: new Date(next.since).toISOString() }),
    ...(previous !== undefined && { [PREVIOUS]: previous }),
  };
  return Object.fromEntries(
    Object.entries(texts).map(([key, text]) => [key, Buffer.from(text, 'utf8').toString('base64')]),
  );
}

const pairTexts = ([cert, key]: readonly [string, string], pair: KeyPair | undefined): Data =>
  pair ? { [cert]: pair.cert, [key]: pair.key } : {};

/** Every authority that API servers are to trust, in PEM. */
export const bundleOf = ({ authority, next, previous }: TlsState): string =>
  [authority?.cert, next?.cert, previous].filter((cert) => cert !== undefined).join('');
