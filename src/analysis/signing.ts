import type { ProviderRequest, Signing } from './providers/provider.ts';

type By<T extends Signing['by']> = Extract<Signing, { by: T }>;

/** As long as a question may take, and as clocks may differ. */
const VALID_S = 300;

/** The headers of a request, with those by which its provider knows who asks. */
export async function signedHeaders({ signing, ...request }: ProviderRequest): Promise<Record<string, string>> {
  switch (signing?.by) {
    case 'aws':
      return byAws(request, signing);
    case 'google':
      return { ...request.headers, authorization: `Bearer ${await googleToken(signing)}` };
    case undefined:
      return { ...request.headers };
  }
}

async function byAws(request: ProviderRequest, signing: By<'aws'>): Promise<Record<string, string>> {
  // Loaded here, as in googleToken: few sign, and all of these together are 500 KB of source.
  const [{ SignatureV4 }, { Sha256 }] = await Promise.all([
    import('@smithy/signature-v4'),
    import('@aws-crypto/sha256-js'),
  ]);
  const { service, region, ...credentials } = signing;
  const { protocol, hostname, port, host, pathname, searchParams } = new URL(request.url);
  const signer = new SignatureV4({ service, region, credentials, sha256: Sha256 });
  const signed = await signer.sign({
    method: request.method,
    protocol,
    hostname,
    ...(port !== '' && { port: Number(port) }),
    path: pathname,
    query: Object.fromEntries(searchParams),
    headers: { ...request.headers, host },
    body: request.body,
  });
  return signed.headers;
}

/** A token that the account signs itself, which Google's API takes as it is. */
async function googleToken({ audience, email, keyId, privateKey }: By<'google'>): Promise<string> {
  const { importPKCS8, SignJWT } = await import('jose');
  const key = await importPKCS8(privateKey, 'RS256');
  return new SignJWT()
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT', ...(keyId !== undefined && { kid: keyId }) })
    .setIssuer(email)
    .setSubject(email)
    .setAudience(audience)
    .setIssuedAt()
    .setExpirationTime(`${VALID_S}s`)
    .sign(key);
}
