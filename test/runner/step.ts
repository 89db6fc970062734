import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Failure, parseTap } from './tap.ts';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Something to run whose end says how it went. */
export interface Step {
  /** For a person: a file's path, or what a command checks. */
  name: string;
  command: string;
  args: readonly string[];
  /** A test file speaks TAP, and each assertion counts; anything else counts as one by its exit code. */
  isTap: boolean;
  timeoutMs: number;
}

export interface StepResult {
  name: string;
  passed: number;
  skipped: number;
  failures: Failure[];
  ms: number;
}

const KILL_AFTER_MS = 5_000;
const TAIL_LINES = 60;

/** What ends each thing that runs. */
const live = new Set<(signal: NodeJS.Signals) => void>();

/** A child that ends with this process. */
export function track(
  child: ChildProcess,
  end = (signal: NodeJS.Signals): unknown => child.kill(signal),
): ChildProcess {
  live.add(end);
  child.once('close', () => live.delete(end));
  return child;
}

/** Ends everything that runs, for when this process is told to end. */
export function endAll(signal: NodeJS.Signals): void {
  for (const end of live) end(signal);
}

/** To the child and all that it has started, if any of it is left. */
function killGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal);
  } catch {
    // Nothing of it is left.
  }
}

/** Runs a step to its end, or to its time limit. Never throws: what goes wrong is a failure of the step. */
export async function runStep(step: Step): Promise<StepResult> {
  const began = Date.now();
  const end = await execute(step);
  const read = step.isTap ? parseTap(end.stdout) : { passed: end.trouble ? 0 : 1, skipped: 0, failures: [] };
  const result = { name: step.name, ms: Date.now() - began, ...read };
  const silent = result.passed + result.skipped === 0 ? 'made no assertion' : undefined;
  const trouble = end.trouble ?? silent;
  const said = step.isTap ? end.stderr : `${end.stdout}\n${end.stderr}`;
  if (trouble !== undefined && result.failures.length === 0) {
    result.failures.push({ path: [trouble], details: tail(said, step.isTap ? TAIL_LINES : Number.POSITIVE_INFINITY) });
  } else if (result.failures.length > 0 && end.stderr.trim() !== '') {
    result.failures.at(-1)?.details.push('standard error of the file:', ...tail(end.stderr, TAIL_LINES));
  }
  return result;
}

interface End {
  stdout: string;
  stderr: string;
  /** Why it did not end well. */
  trouble?: string;
}

function execute({ command, args, timeoutMs }: Step): Promise<End> {
  const env = environment(timeoutMs);
  // A group of its own: what a test leaves behind must not be in the way of the next.
  const child = spawn(command, args, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  track(child, (signal) => killGroup(child, signal));
  const stdout = collect(child.stdout);
  const stderr = collect(child.stderr);
  let late = false;
  const limit = setTimeout(() => {
    late = true;
    killGroup(child, 'SIGTERM');
    setTimeout(() => killGroup(child, 'SIGKILL'), KILL_AFTER_MS).unref();
  }, timeoutMs + KILL_AFTER_MS);
  return new Promise((resolve) => {
    const end = (trouble: string | undefined): void => {
      clearTimeout(limit);
      resolve({ stdout: stdout(), stderr: stderr(), ...(trouble !== undefined && { trouble }) });
    };
    child.once('error', (error) => end(`could not be started: ${error.message}`));
    // Leftovers hold its output open: they go first.
    child.once('exit', () => killGroup(child, 'SIGKILL'));
    child.once('close', (code, signal) => {
      if (late) return end(`did not end within ${timeoutMs / 1_000} s`);
      return end(code === 0 ? undefined : `ended with ${signal ?? `exit code ${code}`}`);
    });
  });
}

const environment = (timeoutMs: number): NodeJS.ProcessEnv => ({
  // Half of a short file's time is loading what all of them load.
  NODE_COMPILE_CACHE: join(ROOT, 'node_modules', '.cache', 'test'),
  ...process.env,
  // tap's own limit comes first: it can say what was still open.
  TAP_TIMEOUT: String(timeoutMs / 1_000),
  FORCE_COLOR: '0',
  NO_COLOR: '1',
});

function collect(stream: NodeJS.ReadableStream): () => string {
  let text = '';
  stream.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  return () => text;
}

function tail(text: string, count: number): string[] {
  const lines = text.trimEnd().split('\n');
  return lines.length > count ? ['…', ...lines.slice(-count)] : lines;
}
