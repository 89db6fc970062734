import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Memory for processor time, up to a limit: most programs are written in Go, and several rigs share two cores. */
const THRIFTY = { GOGC: '400', GOMEMLIMIT: '10GiB' };

/** One program of the rig. `ready` is polled: false or a throw means "not yet". */
export interface ProgramSpec {
  name: string;
  command: string;
  args: readonly string[];
  env?: Readonly<Record<string, string>>;
  logFile: string;
  /** A named pipe that gets the standard output; the log gets it otherwise. */
  stdout?: string;
  ready: () => Promise<boolean>;
  readyTimeoutMs?: number;
  /** Sent on stop; SIGKILL follows after stopGraceMs. */
  stopSignal?: NodeJS.Signals;
  stopGraceMs?: number;
}

/** A component did not come up. The message carries the end of its log. */
export class StartError extends Error {
  readonly component: string;
  readonly logFile: string;

  constructor(component: string, reason: string, logFile: string) {
    super(`${component} ${reason}\n${indent(lastLines(logFile, 20))}\n  log: ${logFile}`);
    this.name = 'StartError';
    this.component = component;
    this.logFile = logFile;
  }
}

/** The last lines of a log, or a placeholder when there is none. */
export function lastLines(file: string, count: number): string {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-count).join('\n') || '(empty log)';
  } catch {
    return '(no log)';
  }
}

const indent = (text: string): string => text.replace(/^/gm, '  | ');

export type ProgramState = 'stopped' | 'running' | 'paused' | 'exited';

/**
 * Starts, stops and pauses one program. It leads a session of its own, so that a Ctrl-C in the terminal reaches only
 * the supervisor, which then ends things in order. Verbs are idempotent.
 */
export class Program {
  readonly spec: ProgramSpec;
  state: ProgramState = 'stopped';
  #child: ChildProcess | undefined;
  readonly #onExit: (program: Program, how: string) => void;

  constructor(spec: ProgramSpec, onUnexpectedExit: (program: Program, how: string) => void) {
    this.spec = spec;
    this.#onExit = onUnexpectedExit;
  }

  get name(): string {
    return this.spec.name;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Resolves when the program is ready. */
  async start(): Promise<void> {
    if (this.state === 'running' || this.state === 'paused') return;
    this.#spawn();
    await this.#untilReady();
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) {
      this.state = 'stopped';
      return;
    }
    if (this.state === 'paused') child.kill('SIGCONT');
    this.state = 'stopped';
    const exited = once(child, 'exit');
    child.kill(this.spec.stopSignal ?? 'SIGTERM');
    const hardKill = setTimeout(() => child.kill('SIGKILL'), this.spec.stopGraceMs ?? 5_000);
    await exited;
    clearTimeout(hardKill);
  }

  /** SIGKILL, as a crash of the machine would. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    this.state = 'stopped';
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  /** SIGSTOP: connections stay open and nothing answers, as in a network partition. */
  pause(): void {
    if (this.state !== 'running') return;
    this.#child?.kill('SIGSTOP');
    this.state = 'paused';
  }

  resume(): void {
    if (this.state !== 'paused') return;
    this.#child?.kill('SIGCONT');
    this.state = 'running';
  }

  #spawn(): void {
    const log = openSync(this.spec.logFile, 'a');
    // For reading too: a program that opens its pipe once more for writing must find a reader.
    const out = this.spec.stdout === undefined ? log : openSync(this.spec.stdout, 'r+');
    const child = spawn(this.spec.command, this.spec.args, {
      detached: true,
      stdio: ['ignore', out, log],
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...THRIFTY, ...this.spec.env },
    });
    closeSync(log);
    if (out !== log) closeSync(out);
    this.#child = child;
    this.state = 'running';
    child.on('error', () => this.#ended(child, 'could not be started'));
    child.on('exit', (code, signal) =>
      this.#ended(child, signal ? `was ended by ${signal}` : `exited with code ${code}`),
    );
  }

  #ended(child: ChildProcess, how: string): void {
    if (child !== this.#child || this.state === 'stopped') return;
    this.state = 'exited';
    this.#onExit(this, how);
  }

  async #untilReady(): Promise<void> {
    const timeoutMs = this.spec.readyTimeoutMs ?? 60_000;
    const deadline = Date.now() + timeoutMs;
    while (Date.now() < deadline) {
      if (this.state === 'exited') throw new StartError(this.name, 'ended while starting', this.spec.logFile);
      if (await this.spec.ready().catch(() => false)) return;
      await sleep(50);
    }
    throw new StartError(this.name, `was not ready after ${timeoutMs / 1000} s`, this.spec.logFile);
  }
}
