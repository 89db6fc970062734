import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { formatDuration } from '../rollout/durations.ts';
import { OutputTail } from './output-tail.ts';
import type { Task } from './task.ts';

/** How a command ended: by itself, by its time limit, because nobody wants it any more, or it did not even begin. */
export type Ending = 'passed' | 'failed' | 'late' | 'ended' | 'unstartable';

export interface Outcome {
  ending: Ending;
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
export async function runChild({ file, args, timeoutMs }: Task, options: ChildOptions): Promise<Outcome> {
  const began = performance.now();
  const tail = new OutputTail(options.outputBytes);
  const end = await ended({ file, args, timeoutMs }, options, tail);
  return { ...end, output: tail.text(), seconds: (performance.now() - began) / 1_000 };
}

type End = Pick<Outcome, 'ending' | 'how'>;

function ended(command: Pick<Task, 'file' | 'args' | 'timeoutMs'>, options: ChildOptions, tail: OutputTail): Promise<End> {
  return new Promise((resolve) => {
    const child = begin(command, options);
    if (child instanceof Error) return resolve({ ending: 'unstartable', how: child.message });
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => tail.add(chunk));
    let cut: End | undefined;
    const cutOff = (end: End) => {
      cut ??= end;
      terminate(child);
    };
    const late = `did not end within ${formatDuration(command.timeoutMs)}`;
    const limit = setTimeout(() => cutOff({ ending: 'late', how: late }), command.timeoutMs);
    const abort = () => cutOff({ ending: 'ended', how: String(options.signal.reason) });
    options.signal.addEventListener('abort', abort);
    child.once('exit', () => clearUp(child));
    child.once('error', (error) => resolve({ ending: 'unstartable', how: error.message }));
    child.once('close', (code, signal) => {
      clearTimeout(limit);
      options.signal.removeEventListener('abort', abort);
      resolve(cut ?? endOf(code, signal));
    });
    return undefined;
  });
}

function begin({ file, args }: Pick<Task, 'file' | 'args'>, { environment, signal }: ChildOptions): Child | Error {
  if (signal.aborted) return new Error(String(signal.reason));
  try {
    const stdio: ['ignore', 'pipe', 'pipe'] = ['ignore', 'pipe', 'pipe'];
    return spawn(file, args, { cwd: DIRECTORY, env: { ...environment }, stdio, detached: true });
  } catch (error) {
    return error as Error;
  }
}

function endOf(code: number | null, signal: NodeJS.Signals | null): End {
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
