import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { formatDuration } from '../rollout/spec/schema/durations.ts';
import { OutputTail } from './output-tail.ts';
import type { Task } from './task.ts';

/** How a command ended: by itself, by its time limit, because nobody wants it any more, or it did not even begin. */
export type TaskEnding = 'passed' | 'failed' | 'late' | 'ended' | 'unstartable';

export interface TaskResult {
  ending: TaskEnding;
  /** For a person, e.g. `exit code 22`. */
  how: string;
  /** The end of what it wrote, standard output and error as they came. */
  output: string;
  seconds: number;
}

export interface ChildOptions {
  /** The whole environment of the command. */
  environment: Readonly<Record<string, string>>;
  outputBytes: number;
  /** Ends the command when it aborts. */
  signal: AbortSignal;
}

type Child = ChildProcessByStdio<null, Readable, Readable>;

/** From SIGTERM to SIGKILL. */
export const KILL_AFTER_MS = 2_000;
/** How long output may still come when the command is gone. */
const OUTPUT_AFTER_MS = 1_000;
/** No directory of this package's, and there in every image. */
const DIRECTORY = '/tmp';

/**
 * Runs a command to its end, without a shell and without standard input. It leads a process group: whatever it started
 * ends with it. Never rejects.
 */
export async function runChild(task: Task, { environment, outputBytes, signal }: ChildOptions): Promise<TaskResult> {
  const began = performance.now();
  const tail = new OutputTail(outputBytes);
  const end = await attempt(() => {
    if (signal.aborted) return endedBy(signal);
    const child = begin(task, environment);
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => tail.add(chunk));
    return endOf(child, task.timeoutMs, signal);
  });
  return { ...end, output: tail.text(), seconds: (performance.now() - began) / 1_000 };
}

type End = Pick<TaskResult, 'ending' | 'how'>;

const endedBy = ({ reason }: AbortSignal): End => ({ ending: 'ended', how: String(reason) });

async function attempt(run: () => End | Promise<End>): Promise<End> {
  try {
    return await run();
  } catch (error) {
    return { ending: 'unstartable', how: error instanceof Error ? error.message : String(error) };
  }
}

function begin({ file, args }: Task, environment: ChildOptions['environment']): Child {
  const stdio: ['ignore', 'pipe', 'pipe'] = ['ignore', 'pipe', 'pipe'];
  const child = spawn(file, args, { cwd: DIRECTORY, env: { ...environment }, stdio, detached: true });
  // The first one is what `endOf` fails with; no other may end this process.
  child.on('error', () => undefined);
  child.once('exit', () => clearUp(child));
  return child;
}

/** Rejects when the command could not be started. */
async function endOf(child: Child, timeoutMs: number, signal: AbortSignal): Promise<End> {
  let cut: End | undefined;
  const cutOff = (end: End): void => {
    cut ??= end;
    terminate(child);
  };
  const late: End = { ending: 'late', how: `did not end within ${formatDuration(timeoutMs)}` };
  const limit = setTimeout(cutOff, timeoutMs, late);
  const abort = (): void => cutOff(endedBy(signal));
  signal.addEventListener('abort', abort);
  try {
    const [code, name] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
    return cut ?? endByItself(code, name);
  } finally {
    clearTimeout(limit);
    signal.removeEventListener('abort', abort);
  }
}

function endByItself(code: number | null, signal: NodeJS.Signals | null): End {
  if (code === 0) return { ending: 'passed', how: 'exit code 0' };
  return { ending: 'failed', how: signal === null ? `exit code ${code}` : `ended by ${signal}` };
}

function terminate(child: Child): void {
  signalGroup(child, 'SIGTERM');
  const kill = setTimeout(() => signalGroup(child, 'SIGKILL'), KILL_AFTER_MS);
  child.once('exit', () => clearTimeout(kill));
}

/** What a command left running ends with it; what has left the group cannot hold up the answer. */
function clearUp(child: Child): void {
  signalGroup(child, 'SIGKILL');
  const stop = setTimeout(() => {
    child.stdout.destroy();
    child.stderr.destroy();
  }, OUTPUT_AFTER_MS);
  child.once('close', () => clearTimeout(stop));
}

function signalGroup({ pid }: Child, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal);
  } catch {
    // The group is gone already.
  }
}
