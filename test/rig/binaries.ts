import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { make, onPath } from './binaries/make.ts';
import { type ProgramName, pinnedKubernetes, programs, type Source } from './binaries/programs.ts';
import { Progress } from './binaries/progress.ts';

const run = promisify(execFile);

/**
 * The path of each named program: from KUBEBUILDER_ASSETS, else from the PATH when it fits, else from the cache, made
 * on first use. One after the other: a build uses every core by itself.
 */
export async function findPrograms(names: readonly ProgramName[]): Promise<Partial<Record<ProgramName, string>>> {
  const progress = new Progress();
  const found: Partial<Record<ProgramName, string>> = {};
  for (const name of names) found[name] = await find(name, progress);
  return found;
}

async function find(name: ProgramName, progress: Progress): Promise<string> {
  const assets = process.env['KUBEBUILDER_ASSETS'];
  if (assets && existsSync(join(assets, name))) return join(assets, name);
  const present = onPath(name);
  if (present && (await fits(name, present))) return present;
  return make(name, progress);
}

/** Kubernetes' programs must be of the pinned minor: another one defaults and validates differently. */
async function fits(name: ProgramName, file: string): Promise<boolean> {
  const source: Source = programs[name];
  if (source.from !== 'go' || !source.kubernetes) return true;
  const args = name === 'kubectl' ? ['version', '--client'] : ['--version'];
  const { stdout } = await run(file, args).catch(() => ({ stdout: '' }));
  return new RegExp(`v1\\.${pinnedKubernetes().minor}\\.`).test(stdout);
}
