import { basename } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { VERSION } from '../version.ts';

export interface OutputStream {
  write(text: string, written?: () => void): unknown;
  readonly isTTY?: boolean;
  /** Width of the terminal, if it is one. */
  readonly columns?: number;
}

/** All that a command has of the world besides the cluster and the files that it is told to read. */
export interface Io {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly version: string;
  /** How the program was called: `headgate`, or `kubectl headgate`. */
  readonly name: string;
  /** All of standard input, as it came. */
  stdin(): Promise<Uint8Array>;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Ends the program; in a test it returns. */
  exit(code: number): void;
}

export const processIo = (): Io => ({
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  version: VERSION,
  name: calledAs(process.argv[1]),
  stdin: () => buffer(process.stdin),
  now: Date.now,
  exit: (code) => process.exit(code),
});

/** Under a name that begins so, kubectl asks a plugin for completions. */
const COMPLETER = 'kubectl_complete-';

/** kubectl finds its plugins by their file names. */
export function calledAs(file = ''): string {
  const name = basename(file);
  return name.startsWith('kubectl-') || name.startsWith(COMPLETER) ? 'kubectl headgate' : 'headgate';
}

/** The words of the command line, from the arguments of a process. */
export const wordsOf = ([, file = '', ...words]: readonly string[]): string[] =>
  basename(file).startsWith(COMPLETER) ? ['__complete', '--', ...words] : words;

/** Resolves when everything written so far has left the process: a pipe may take it later. */
export async function drained({ stdout, stderr }: Pick<Io, 'stdout' | 'stderr'>): Promise<void> {
  const left = (output: OutputStream) => new Promise<void>((resolve) => output.write('', resolve));
  await Promise.all([left(stdout), left(stderr)]);
}
