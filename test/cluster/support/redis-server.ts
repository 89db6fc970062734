import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { accepts } from '../../rig/http.ts';
import { type Rig, waitFor } from '../../rig/rig.ts';

export interface RedisServerOptions {
  /** A program of the rig. */
  program?: string;
  ip: string;
  port: number;
  /** Lines of its configuration besides. */
  lines?: readonly string[];
}

/** A Redis, a Valkey or a sentinel of a test's own. */
export class RedisServer {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  static async start(rig: Rig, { program = 'redis-server', ip, port, lines = [] }: RedisServerOptions) {
    const dir = mkdtempSync(join(rig.file.dir, 'redis-'));
    const file = join(dir, 'redis.conf');
    writeFileSync(file, [`bind ${ip}`, `port ${port}`, `dir ${dir}`, 'protected-mode no', ...lines, ''].join('\n'));
    const log = openSync(join(rig.file.logs, `redis-${port}.log`), 'a');
    const mode = lines.some((line) => line.startsWith('sentinel ')) ? ['--sentinel'] : [];
    const child = spawn(rig.program(program), [file, ...mode], { stdio: ['ignore', log, log] });
    await waitFor(`${program} at ${ip}:${port}`, () => accepts(ip, port));
    return new RedisServer(child);
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await gone;
  }
}
