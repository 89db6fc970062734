import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/** What a command printed, on standard output and standard error as they came, and how it ended. */
export interface Printed {
  lines: readonly string[];
  code: number;
}

export interface TerminalOptions {
  /** Where commands run. */
  dir: string;
  env: Readonly<Record<string, string>>;
  timeoutMs: number;
}

/** A shell as a person has it: commands of any kind, each run to its end, or for as long as it is watched. */
export class Terminal {
  readonly #options: TerminalOptions;

  constructor(options: TerminalOptions) {
    this.#options = options;
  }

  /** @param isEnough what was printed so far is all that is wanted: the command is then interrupted, as by Ctrl-C */
  async run(command: string, isEnough: (lines: readonly string[]) => boolean = () => false): Promise<Printed> {
    const { dir, env, timeoutMs } = this.#options;
    const child = spawn('sh', ['-c', `exec 2>&1\n${command}`], {
      cwd: dir,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'ignore'],
      // A group of its own, so that all of a pipeline is interrupted.
      detached: true,
    });
    const limit = setTimeout(() => interrupt(child), timeoutMs);
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      if (isEnough(linesOf(text))) interrupt(child);
    });
    const [code] = (await once(child, 'close')) as [number | null];
    clearTimeout(limit);
    return { lines: linesOf(text), code: code ?? 130 };
  }
}

const linesOf = (text: string): string[] => text.split('\n');

function interrupt({ pid, exitCode, signalCode }: ChildProcess): void {
  if (pid !== undefined && exitCode === null && signalCode === null) process.kill(-pid, 'SIGINT');
}
