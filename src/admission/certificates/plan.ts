import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { KeyPair } from './issue.ts';
import type { TlsState } from './tls-state.ts';

/** What is next for the certificates: nothing, or one change of the shared state. */
export type CertificateStep =
  | 'serve'
  /** There is no authority that can be used: make one, and a serving certificate. */
  | 'found'
  /** The authority gets old: make the next one known. */
  | 'announce'
  /** The next one has been known for long enough: sign with it. */
  | 'switch'
  /** The serving certificate gets old, or is for other names. */
  | 'renew';

export interface PlanOptions {
  /** DNS names that the serving certificate must cover. */
  names: readonly string[];
  /** How long API servers need to learn a new bundle, in milliseconds. */
  settleMs: number;
  /** Milliseconds since the epoch. */
  now: number;
}

/** The first step that is due; `serve` if none is. */
export function nextCertificateStep(
  { authority, next, serving }: TlsState,
  { names, settleMs, now }: PlanOptions,
): CertificateStep {
  const ca = parse(authority);
  if (ca === undefined || !ca.ca || isOver(ca, now)) return 'found';
  if (next !== undefined && now >= next.since + settleMs) return parse(next) === undefined ? 'announce' : 'switch';
  if (next === undefined && isOld(ca, now)) return 'announce';
  const leaf = parse(serving);
  if (leaf === undefined || isOld(leaf, now) || !leaf.verify(ca.publicKey)) return 'renew';
  return names.every((name) => leaf.checkHost(name) !== undefined) ? 'serve' : 'renew';
}

/** What of the state is a certificate with its key. No step leaves anything else. */
export const soundPart = ({ authority, next, previous, serving }: TlsState): TlsState => ({
  ...(authority && parse(authority) && { authority }),
  ...(next && parse(next) && { next }),
  ...(previous !== undefined && isCertificate(previous) && { previous }),
  ...(serving && parse(serving) && { serving }),
});

export const isDamaged = (state: TlsState): boolean => Object.keys(soundPart(state)).length < Object.keys(state).length;

/** Undefined for what is no certificate, or has another key. */
function parse(pair: KeyPair | undefined): X509Certificate | undefined {
  if (pair === undefined) return undefined;
  try {
    const certificate = new X509Certificate(pair.cert);
    return certificate.checkPrivateKey(createPrivateKey(pair.key)) ? certificate : undefined;
  } catch {
    return undefined;
  }
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).ca;
  } catch {
    return false;
  }
}

const isOver = (certificate: X509Certificate, now: number): boolean => now >= certificate.validToDate.getTime();

/** Two thirds of its life are over. */
function isOld(certificate: X509Certificate, now: number): boolean {
  const from = certificate.validFromDate.getTime();
  const to = certificate.validToDate.getTime();
  return now >= from + ((to - from) * 2) / 3;
}
