import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { CommandResult, Rig } from '../../rig/rig.ts';
import type { App } from './app.ts';

/** The program, to be run by Node. */
export const MAIN = fileURLToPath(new URL('../../../src/main.ts', import.meta.url));

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
export const ended = (file: string, args: readonly string[], env: Record<string, string>): Promise<CommandResult> =>
  started(file, args, env).end;

/** A program that runs. */
export interface Started {
  /** Resolves when it has said something. */
  spoke: Promise<unknown>;
  end: Promise<CommandResult>;
}

/** `headgate status podinfo --watch` for an app, at most 90 s. */
export const watching = ({ rig, name, namespace }: App): Started =>
  started(process.execPath, [MAIN, 'status', name, '-n', namespace, '--watch', '--timeout', '90s'], {
    KUBECONFIG: rig.file.kubeconfig,
    NO_COLOR: '1',
  });

function started(file: string, args: readonly string[], env: Record<string, string>): Started {
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (chunk: string) => {
      said[name] += chunk;
    });
  }
  const end = once(child, 'close').then(([code]) => ({ code: (code as number | null) ?? 137, ...said }));
  return { spoke: Promise.race([once(child.stdout, 'data'), end]), end };
}
