import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Job, Measures } from './parts/part.ts';

const UP = join(import.meta.dirname, '..', 'rig', 'up.ts');

/** Long enough for a rig to go down in order. */
const GRACE_MS = 15_000;

/** What came of a job; one that failed or took too long has measured what it had delivered by then. */
export interface JobResult {
  measures: Measures;
  failure?: string;
}

/** Does a job, in a rig of its own where it needs one. */
export async function runJob({ program, args, rig, minutes }: Job): Promise<JobResult> {
  const dir = mkdtempSync(join(tmpdir(), 'headgate-bench-'));
  const file = join(dir, 'measures.json');
  const words = [process.execPath, join(import.meta.dirname, program), ...args, '--json', file];
  const inRig = rig && [UP, '--no-mesh', ...(rig.length > 0 ? ['--with', rig.join()] : []), '--', ...words];
  try {
    const child = spawn(process.execPath, inRig ?? words.slice(1), { stdio: ['ignore', process.stderr, 'inherit'] });
    const failure = await ended(child, minutes * 60_000);
    const measures = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Measures) : {};
    return { measures, ...(failure !== undefined && { failure }) };
  } catch (error) {
    return { measures: {}, failure: (error as Error).message };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** How it failed, if it did. */
async function ended(child: ChildProcess, timeoutMs: number): Promise<string | undefined> {
  const exited = once(child, 'exit');
  const end = setTimeout(() => child.kill('SIGTERM'), timeoutMs);
  const kill = setTimeout(() => child.kill('SIGKILL'), timeoutMs + GRACE_MS);
  const [code, signal] = (await exited) as [number | null, NodeJS.Signals | null];
  clearTimeout(end);
  clearTimeout(kill);
  return code === 0 ? undefined : `it ended with ${code ?? signal}`;
}
