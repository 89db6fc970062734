import { createHash } from 'node:crypto';

const SHA256 = /^[0-9a-f]{64}$/;

/**
 * The SHA-256 that a project's checksum file gives for a file: a digest alone, as Kubernetes publishes it, or lines of
 * `sha256sum`.
 */
export function publishedSha256(text: string, fileName: string): string {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
  const [only] = lines;
  if (lines.length === 1 && only && SHA256.test(only)) return only;
  for (const line of lines) {
    const [digest = '', name = ''] = line.split(/\s+/);
    if (SHA256.test(digest) && name.replace(/^\*?(\.\/)?/, '') === fileName) return digest;
  }
  throw new Error(`the checksum file has no SHA-256 of ${fileName}`);
}

export const sha256Of = (content: string | Buffer): string => createHash('sha256').update(content).digest('hex');
