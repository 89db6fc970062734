import { access, constants, stat } from 'node:fs/promises';
import { basename, isAbsolute, join } from 'node:path';

/** Where each program is; those that may be run and are not installed have no place. */
export type Programs = ReadonlyMap<string, string | undefined>;

/** Whatever takes a command line as an argument would undo what the list of programs is for. */
const SHELLS = new Set(
  'sh ash bash dash ksh mksh zsh fish csh tcsh busybox toybox env xargs nohup timeout time nice sudo su'.split(' '),
);

export const isShell = (program: string): boolean => SHELLS.has(basename(program));

/** Looks for programs, in the order of the path. @param path as the variable PATH has it. */
export async function findPrograms(names: readonly string[], path: string): Promise<Programs> {
  return new Map(await Promise.all(names.map(async (name) => [name, await find(name, path)] as const)));
}

async function find(name: string, path: string): Promise<string | undefined> {
  const places = isAbsolute(name) ? [name] : path.split(':').filter(isAbsolute);
  for (const place of places) {
    const file = isAbsolute(name) ? place : join(place, name);
    if (await isProgram(file)) return file;
  }
  return undefined;
}

async function isProgram(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}
