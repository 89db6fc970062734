import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';

/** Where images and their containers are kept: plain files, for machines on which no other way is allowed. */
const env = { ...process.env, STORAGE_DRIVER: process.env['STORAGE_DRIVER'] ?? 'vfs', BUILDAH_ISOLATION: 'chroot' };

/** What a program says on its standard output. @throws Error with what it said when it fails */
export function answerOf(file: string, ...args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(file, args, { env, encoding: 'utf8', maxBuffer: 2 ** 26 });
  if (status !== 0) throw new Error(`${file} ${args.join(' ')}: ${error?.message ?? stderr}`);
  return stdout.trim();
}

/** Whether a program succeeds. */
export const succeeds = (file: string, ...args: string[]): boolean =>
  spawnSync(file, args, { env, stdio: 'ignore' }).status === 0;

/** Runs a program whose words are for who watches. @throws Error when it fails */
export async function run(file: string, ...args: string[]): Promise<void> {
  const child = spawn(file, args, { env, stdio: ['ignore', 'inherit', 'inherit'] });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`${file} ${args[0]}: exit code ${code}`);
}
