import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';

/** A certificate with its private key, both in PEM. */
export interface KeyPair {
  cert: string;
  key: string;
}

export interface Life {
  /** Milliseconds since the epoch. */
  now: number;
  lifeMs: number;
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
/** Clocks of other machines may be behind. */
const BACKDATED_MS = 5 * 60_000;

/** A new certificate authority. Its name is its own, so that two of them can stand in one bundle. */
export async function makeAuthority({ now, lifeMs }: Life): Promise<KeyPair> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const cert = await X509CertificateGenerator.createSelfSigned({
    ...validity({ now, lifeMs }),
    name: `CN=headgate-webhook-ca-${new Date(now).toISOString()}`,
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return pairOf(cert, keys.privateKey);
}

/** A serving certificate for DNS names, signed by the authority. It ends no later than `life` says. */
export async function issueLeaf(authority: KeyPair, names: readonly string[], life: Life): Promise<KeyPair> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const issuer = new X509Certificate(authority.cert);
  const cert = await X509CertificateGenerator.create({
    ...validity(life),
    subject: `CN=${names[0] ?? 'headgate-webhook'}`,
    issuer: issuer.subject,
    publicKey: keys.publicKey,
    signingKey: await privateKey(authority.key),
    signingAlgorithm: ALGORITHM,
    extensions: await leafExtensions(names, keys.publicKey, issuer),
  });
  return pairOf(cert, keys.privateKey);
}

async function leafExtensions(
  names: readonly string[],
  key: webcrypto.CryptoKey,
  issuer: X509Certificate,
): Promise<Extension[]> {
  return [
    new BasicConstraintsExtension(false, undefined, true),
    new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
    new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
    new SubjectAlternativeNameExtension(names.map((value) => ({ type: 'dns', value }))),
    await SubjectKeyIdentifierExtension.create(key),
    await AuthorityKeyIdentifierExtension.create(issuer.publicKey),
  ];
}

const validity = ({ now, lifeMs }: Life): { notBefore: Date; notAfter: Date } => ({
  notBefore: new Date(now - BACKDATED_MS),
  notAfter: new Date(now + lifeMs),
});

async function pairOf(cert: X509Certificate, key: webcrypto.CryptoKey): Promise<KeyPair> {
  const raw = await webcrypto.subtle.exportKey('pkcs8', key);
  return { cert: `${cert.toString('pem')}\n`, key: `${PemConverter.encode(raw, 'PRIVATE KEY')}\n` };
}

function privateKey(pem: string): Promise<webcrypto.CryptoKey> {
  const raw = PemConverter.decodeFirst(pem);
  return webcrypto.subtle.importKey('pkcs8', raw, ALGORITHM, false, ['sign']);
}
