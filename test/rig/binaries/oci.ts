import { z } from 'zod';

/** What a registry answers (the OCI distribution and image specifications), as far as one file of an image needs it. */
const sha256 = z
  .string()
  .regex(/^sha256:[0-9a-f]{64}$/)
  .transform((digest) => digest.slice('sha256:'.length));

const index = z.object({
  manifests: z.array(
    z.object({ digest: sha256, platform: z.object({ os: z.string(), architecture: z.string() }).optional() }),
  ),
});
const manifest = z.object({ layers: z.array(z.object({ digest: sha256, size: z.number() })).min(1) });
const token = z
  .object({ token: z.string().optional(), access_token: z.string().optional() })
  .transform((answer) => answer.token ?? answer.access_token);

export const INDEX_TYPES =
  'application/vnd.oci.image.index.v1+json, application/vnd.docker.distribution.manifest.list.v2+json';
export const MANIFEST_TYPES =
  'application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json';

/** The digest of the manifest for Linux on that architecture. */
export function manifestOf(indexText: string, arch: string): string {
  const { manifests } = index.parse(JSON.parse(indexText));
  const fitting = manifests.find(({ platform }) => platform?.os === 'linux' && platform.architecture === arch);
  if (!fitting) throw new Error(`the image is not there for linux/${arch}`);
  return fitting.digest;
}

/** The digests of the layers, the largest first: a program of a hundred megabytes is in one of those. */
export function layersOf(manifestText: string): string[] {
  const { layers } = manifest.parse(JSON.parse(manifestText));
  return layers.toSorted((a, b) => b.size - a.size).map(({ digest }) => digest);
}

/** Where an anonymous token is to be had, by the challenge in a registry's `WWW-Authenticate`. */
export function tokenUrl(challenge: string): string {
  const fields = Object.fromEntries([...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, value]) => [key, value]));
  const { realm, ...query } = fields as Record<string, string>;
  if (!/^bearer\s/i.test(challenge) || !realm) throw new Error('the registry asks for something else than a token');
  const url = new URL(realm);
  for (const [key, value] of Object.entries(query)) url.searchParams.set(key, value);
  return url.href;
}

export function tokenOf(answer: string): string {
  const found = token.parse(JSON.parse(answer));
  if (!found) throw new Error('the registry gave no token');
  return found;
}
