import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { built, makeAll, onPath } from './binaries/make.ts';
import { type Paths, type ProgramName, pinnedKubernetes, programs, type Source } from './binaries/programs.ts';
import { Progress } from './binaries/progress.ts';
import { ReleasedPrograms } from './binaries/released.ts';

const run = promisify(execFile);

/**
 * The path of each named program: from KUBEBUILDER_ASSETS, else from the PATH when it fits, else from the cache, made on
 * first use: fetched where its project publishes it and this machine reaches that, else built. Builds go one after
 * the other: each uses every core by itself.
 */
export async function findPrograms(names: readonly ProgramName[]): Promise<Paths> {
  const progress = new Progress();
  const released = ReleasedPrograms.forThisMachine();
  const found: Paths = {};
  for (const name of names) {
    const path = (await atHand(name)) ?? built(name) ?? released.cached(name);
    if (path) found[name] = path;
  }
  const missing = (): ProgramName[] => names.filter((name) => !found[name]);
  Object.assign(found, await released.fetch(missing(), progress));
  return Object.assign(found, await makeAll(missing(), progress));
}

async function atHand(name: ProgramName): Promise<string | undefined> {
  const assets = process.env['KUBEBUILDER_ASSETS'];
  if (assets && existsSync(join(assets, name))) return join(assets, name);
  const present = onPath(name);
  return present && (await fits(name, present)) ? present : undefined;
}

/** Kubernetes' programs must be of the pinned minor: another one defaults and validates differently. */
async function fits(name: ProgramName, file: string): Promise<boolean> {
  const source: Source = programs[name];
  if (source.from !== 'go' || !source.kubernetes) return true;
  const args = name === 'kubectl' ? ['version', '--client'] : ['--version'];
  const { stdout } = await run(file, args).catch(() => ({ stdout: '' }));
  return new RegExp(`v1\\.${pinnedKubernetes().minor}\\.`).test(stdout);
}
