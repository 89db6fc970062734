import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Job, Measures } from './parts/part.ts';

const UP = join(import.meta.dirname, '..', 'rig', 'up.ts');

/** Long enough for a rig to go down in order. */
const GRACE_MS = 15_000;

/** Does a job, in a rig of its own where it needs one. Throws when it fails or takes too long. */
export async function runJob({ program, args, rig, minutes }: Job): Promise<Measures> {
  const dir = mkdtempSync(join(tmpdir(), 'headgate-bench-'));
  const file = join(dir, 'measures.json');
  const words = [process.execPath, join(import.meta.dirname, program), ...args, '--json', file];
  const inRig = rig && [UP, '--no-mesh', ...(rig.length > 0 ? ['--with', rig.join()] : []), '--', ...words];
  try {
    const child = spawn(process.execPath, inRig ?? words.slice(1), { stdio: ['ignore', process.stderr, 'inherit'] });
    await ended(child, minutes * 60_000);
    return JSON.parse(readFileSync(file, 'utf8')) as Measures;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

async function ended(child: ChildProcess, timeoutMs: number): Promise<void> {
  const exited = once(child, 'exit');
  const end = setTimeout(() => child.kill('SIGTERM'), timeoutMs);
  const kill = setTimeout(() => child.kill('SIGKILL'), timeoutMs + GRACE_MS);
  const [code, signal] = (await exited) as [number | null, NodeJS.Signals | null];
  clearTimeout(end);
  clearTimeout(kill);
  if (code !== 0) throw new Error(`it ended with ${code ?? signal}`);
}
