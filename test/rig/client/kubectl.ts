import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { RigFile } from '../rig-file.ts';

export interface KubectlOptions {
  /** Standard input, e.g. for `apply -f -`; an object is sent as JSON. */
  input?: string | object;
  /** Who asks; the admin otherwise. */
  as?: { token: string } | { kubeconfig: string };
  /** Succeed only when the command fails. */
  expectFail?: boolean;
  timeoutMs?: number;
}

export interface CommandResult {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs the rig's kubectl. Throws when the outcome is not the expected one. */
export async function kubectl(
  rig: RigFile,
  args: readonly string[],
  options: KubectlOptions = {},
): Promise<CommandResult> {
  const result = await execute(join(rig.bin, 'kubectl'), [...credentials(rig, options.as), ...args], options);
  const failed = result.code !== 0;
  if (failed === (options.expectFail ?? false)) return result;
  const said = `${result.stderr}${result.stdout}`.trim();
  throw new Error(
    `kubectl ${args.join(' ')} ${failed ? `failed (${result.code})` : 'succeeded, which it should not'}: ${said}`,
  );
}

function credentials(rig: RigFile, as: KubectlOptions['as']): string[] {
  if (as && 'kubeconfig' in as) return [`--kubeconfig=${as.kubeconfig}`];
  if (!as) return [`--kubeconfig=${rig.kubeconfig}`];
  // The admin's kubeconfig would add its certificate, which wins over a token.
  return [
    '--kubeconfig=/dev/null',
    `--server=${rig.apiServer.url}`,
    `--certificate-authority=${rig.apiServer.ca}`,
    `--token=${as.token}`,
  ];
}

/** A fifth of its processor time, and it ends before it has made much garbage. */
const WITHOUT_GC = { GOGC: 'off' };

function execute(file: string, args: readonly string[], options: KubectlOptions): Promise<CommandResult> {
  const child = spawn(file, args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...WITHOUT_GC },
    timeout: options.timeoutMs ?? 120_000,
  });
  const collect = (stream: NodeJS.ReadableStream): { text: string } => {
    const into = { text: '' };
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      into.text += chunk;
    });
    return into;
  };
  const out = collect(child.stdout);
  const err = collect(child.stderr);
  child.stdin.on('error', () => undefined); // it may end before it has read everything
  child.stdin.end(typeof options.input === 'object' ? JSON.stringify(options.input) : options.input);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? 137, stdout: out.text, stderr: err.text }));
  });
}
