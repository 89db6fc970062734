import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { CommandResult, Rig } from '../../rig/rig.ts';
import type { App } from './app.ts';

const MAIN = fileURLToPath(new URL('../../../src/main.ts', import.meta.url));

export interface HeadgateOptions {
  /** Who asks; the admin otherwise. */
  kubeconfig?: string;
}

/** The command line as a person calls it, in a process of its own. */
export function headgate(rig: Rig, args: readonly string[], options: HeadgateOptions = {}): Promise<CommandResult> {
  const { kubeconfig = rig.file.kubeconfig } = options;
  return ended(process.execPath, [MAIN, ...args], { KUBECONFIG: kubeconfig, NO_COLOR: '1' });
}

/** The same for an app: `headgate VERB podinfo -n NAMESPACE …`. */
export const steer = (app: App, verb: string, ...more: string[]): Promise<CommandResult> =>
  headgate(app.rig, [verb, app.name, '-n', app.namespace, ...more]);

/** The words that kubectl passes to a plugin that it finds on the PATH, in a directory of scripts. */
export const plugin = `#!/bin/sh\nexec ${process.execPath} ${MAIN} "$@"\n`;

/** Runs a program to its end, whatever that is. */
export async function ended(
  file: string,
  args: readonly string[],
  env: Record<string, string>,
): Promise<CommandResult> {
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
  const exit = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 137));
  });
  const [code, stdout, stderr] = await Promise.all([exit, text(child.stdout), text(child.stderr)]);
  return { code, stdout, stderr };
}
