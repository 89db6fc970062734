import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

/** Where everything of one running rig lies; all of it below one temporary directory. */
export interface Layout {
  dir: string;
  logs: string;
  bin: string;
  certs: string;
  targets: string;
  pods: string;
  auditLog: string;
  kubeconfig: string;
  controlSocket: string;
  rigFile: string;
  data: (component: string) => string;
  log: (component: string) => string;
  /** A named pipe. */
  pipe: (name: string) => string;
}

/** Makes the directories and names the files. */
export function layOut(dir: string): Layout {
  const sub = (name: string): string => {
    const path = join(dir, name);
    mkdirSync(path, { recursive: true });
    return path;
  };
  const logs = sub('logs');
  return {
    dir,
    logs,
    bin: sub('bin'),
    certs: sub('certs'),
    targets: sub('targets'),
    pods: sub('pods'),
    auditLog: join(logs, 'audit.log'),
    kubeconfig: join(dir, 'admin.kubeconfig'),
    controlSocket: join(dir, 'control.sock'),
    rigFile: join(dir, 'rig.json'),
    data: (component) => sub(join('data', component)),
    log: (component) => join(logs, `${component}.log`),
    pipe: (name) => pipeAt(join(dir, `${name}.pipe`)),
  };
}

function pipeAt(path: string): string {
  if (!existsSync(path)) execFileSync('mkfifo', [path]);
  return path;
}
