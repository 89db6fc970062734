import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { globSync, mkdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { toolsDir } from './programs.ts';

const run = promisify(execFile);

/** `$XDG_CACHE_HOME/headgate-rig/<key>`, made when missing. Outside the checkout, so that all checkouts share it. */
export function cacheDir(key: string): string {
  const base = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  const dir = join(base, 'headgate-rig', key);
  mkdirSync(dir, { recursive: true });
  return dir;
}

/** The cache directory of a tools module: another go.mod or go.sum, or source of its own, is another directory. */
export function moduleCache(module: string): string {
  const hash = createHash('sha256');
  const dir = join(toolsDir, module);
  for (const file of globSync(['go.mod', 'go.sum', '*.go'], { cwd: dir }).toSorted())
    hash.update(readFileSync(join(dir, file)));
  return cacheDir(`${module}-${hash.digest('hex').slice(0, 16)}`);
}

/**
 * Makes `target` by the shell words in `make` (they see the temporary name as $OUT) unless it is there. The kernel's
 * file lock keeps two runs from doing it twice, and the rename means that a target is always whole.
 */
export async function makeOnce(
  target: string,
  make: string,
  options: { cwd?: string; args?: string[] } = {},
): Promise<void> {
  const script = `[ -e "$0" ] && exit 0; OUT="$0.tmp"; rm -rf "$OUT"; ${make} && mv -T "$OUT" "$0"`;
  const words = [`${target}.lock`, 'sh', '-c', script, target, ...(options.args ?? [])];
  await run('flock', words, { cwd: options.cwd, maxBuffer: 64 * 1024 * 1024 });
}

/** Does `work` while no other run holds the lock. The kernel frees it when this process ends, however it ends. */
export async function locked<T>(file: string, work: () => Promise<T>): Promise<T> {
  const holder = spawn('flock', [file, 'sh', '-c', 'echo held; exec cat'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(holder, 'exit');
  try {
    await once(holder.stdout, 'data');
    return await work();
  } finally {
    holder.stdin.end();
    await ended;
  }
}
