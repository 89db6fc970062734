import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { definitions } from './binaries/definitions.ts';
import { controlPlane, dataPlane, type ProgramName, programs } from './binaries/programs.ts';
import { findPrograms } from './binaries.ts';
import type { FromSupervisor, Order, ToSupervisor, Up } from './supervisor.ts';

const usage = `usage: node test/rig/up.ts [options] [-- command args...]
  --keep        without a command: stay up until Ctrl-C
  --no-mesh     control plane, pods and Redis only: no istiod, Envoy, Prometheus
  --with NAMES  also find or build these programs (helm3, helm4, hey), separated by commas
  --dir DIR     keep all data below DIR, which is not removed at the end
The command sees HEADGATE_RIG, KUBECONFIG, and the rig's programs first on the PATH.`;

interface Options {
  keep: boolean;
  mesh: boolean;
  with: ProgramName[];
  dir: string | undefined;
  command: string[];
}

function parse(argv: string[]): Options {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: {
      keep: { type: 'boolean', default: false },
      'no-mesh': { type: 'boolean', default: false },
      with: { type: 'string', default: '' },
      dir: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const wanted = values.with.split(',').filter(Boolean);
  const unknown = wanted.filter((name) => !(name in programs));
  const options = {
    keep: values.keep,
    mesh: !values['no-mesh'],
    with: wanted as ProgramName[],
    dir: values.dir,
    command: positionals,
  };
  const idle = positionals.length === 0 && !values.keep;
  if (!values.help && unknown.length === 0 && !idle) return options;
  console.error(unknown.length > 0 ? `unknown program: ${unknown.join(', ')}\n${usage}` : usage);
  process.exit(values.help ? 0 : 2);
}

/** As root plainly; otherwise in a user namespace, where the kernel allows that. */
function startSupervisor(): ChildProcess {
  const user = process.getuid?.() === 0 ? [] : ['--map-root-user'];
  const namespaces = ['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc', ...user];
  const script = join(import.meta.dirname, 'supervisor.ts');
  const words = [...namespaces, process.execPath, '--disable-warning=ExperimentalWarning', script];
  return spawn('unshare', words, { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
}

/** The supervisor's process id as this side sees it: for nsenter. */
function innerPid(outer: number | undefined): string {
  return readFileSync(`/proc/${outer}/task/${outer}/children`, 'utf8').trim().split(' ')[0] ?? '';
}

function announce({ up }: { up: Up }, outer: number | undefined): void {
  console.error(`rig: up after ${(up.ms / 1000).toFixed(1)} s; everything of it is in ${up.rigFile}`);
  const env = `HEADGATE_RIG=${up.rigFile} KUBECONFIG=${up.kubeconfig} PATH=${up.bin}:$PATH`;
  console.error(`  KUBECONFIG=${up.kubeconfig}  (reachable inside only)`);
  console.error(`  a shell inside: nsenter -t ${innerPid(outer)} --net --pid --mount env ${env} bash`);
  console.error('  Ctrl-C ends it.');
}

/** Logs outlive the directory when asked for; after a failed start the whole directory stays, to look into. */
function cleanUp(dir: string, removable: boolean): void {
  const keep = process.env['HEADGATE_RIG_KEEP_LOGS'];
  if (keep) {
    mkdirSync(keep, { recursive: true });
    cpSync(join(dir, 'logs'), keep, { recursive: true });
    cpSync(join(dir, 'pods'), join(keep, 'pods'), { recursive: true });
  }
  if (removable) rmSync(dir, { recursive: true, force: true });
  else console.error(`rig: left ${dir}`);
}

async function main(): Promise<void> {
  if (process.platform !== 'linux') throw new Error('the rig needs Linux (network and process namespaces)');
  const options = parse(process.argv.slice(2));
  const names = [...controlPlane, ...(options.mesh ? dataPlane : []), ...options.with];
  const found = await findPrograms(names);
  const mesh = options.mesh ? await definitions() : undefined;
  const dir = options.dir ?? mkdtempSync(join(tmpdir(), 'headgate-rig-'));
  mkdirSync(dir, { recursive: true });

  const supervisor = startSupervisor();
  let failed = false;
  const tell = (message: ToSupervisor): boolean => supervisor.connected && supervisor.send(message);
  supervisor.on('message', (message: FromSupervisor) => {
    if ('failed' in message) failed = true;
    else if (options.command.length === 0) announce(message, supervisor.pid);
  });
  const order: Order = { dir, temporary: options.dir === undefined, programs: found, mesh, command: options.command };
  tell({ order });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    // On a terminal Ctrl-C has reached the command already.
    process.on(
      signal,
      () => (signal === 'SIGINT' && process.stdin.isTTY && options.command.length > 0) || tell({ signal }),
    );
  }
  supervisor.once('exit', (code) => {
    cleanUp(dir, options.dir === undefined && !failed);
    process.exit(code ?? 137);
  });
}

await main();
