import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Writes one file of a tar archive, compressed or not, to `target`; false when the archive has no such file. */
export async function extract(archive: string, member: string, target: string): Promise<boolean> {
  const { stdout } = await run('tar', ['-tf', archive], { maxBuffer: 64 * 1024 * 1024 });
  const entry = stdout.split('\n').find((line) => line.replace(/^\.?\//, '') === member);
  if (!entry) return false;
  const file = openSync(target, 'w');
  try {
    const [code] = await once(spawn('tar', ['-xOf', archive, entry], { stdio: ['ignore', file, 'ignore'] }), 'exit');
    if (code !== 0) throw new Error(`tar ends with ${code} on ${archive}`);
  } finally {
    closeSync(file);
  }
  return true;
}
