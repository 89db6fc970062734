import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Rig, waitFor } from '../../rig/rig.ts';

const MAIN = fileURLToPath(new URL('../../../src/main.ts', import.meta.url));
const PORT = 8080;

export const TOKEN = 'a-token-for-tests';

export interface Answer {
  code: number;
  body: string;
}

/** `headgate loadtester` as a process of its own, at an address 10.244.255.x. */
export class LoadTesterProcess {
  readonly #rig: Rig;
  readonly #ip: string;
  readonly #env: Readonly<Record<string, string>>;
  #child: ChildProcess | undefined;

  constructor(rig: Rig, ip: string, env: Readonly<Record<string, string>> = {}) {
    this.#rig = rig;
    this.#ip = ip;
    this.#env = env;
  }

  get url(): string {
    return `http://${this.#ip}:${PORT}`;
  }

  get logFile(): string {
    return join(this.#rig.file.logs, `headgate-loadtester-${this.#ip}.log`);
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  async start(): Promise<void> {
    const log = openSync(this.logFile, 'a');
    const settings = {
      HEADGATE_REDIS_URL: this.#rig.file.redis.url,
      HEADGATE_SHUTDOWN_DELAY: '0s',
      HEADGATE_LOADTESTER_HOST: this.#ip,
      HEADGATE_LOADTESTER_PORT: String(PORT),
      HEADGATE_LOADTESTER_PROGRAMS: 'hey,curl,node',
      HEADGATE_LOADTESTER_GRACE: '1s',
      HEADGATE_LOADTESTER_TOKEN: TOKEN,
      HEADGATE_LOADTESTER_TOKEN_SCOPE: 'gates',
    };
    const env = { ...process.env, ...settings, ...this.#env };
    this.#child = spawn(process.execPath, [MAIN, 'loadtester'], { stdio: ['ignore', log, log], env });
    await waitFor(`the load tester at ${this.#ip} to be ready (log: ${this.logFile})`, () => this.isReady());
  }

  async isReady(): Promise<boolean> {
    return (await fetch(`${this.url}/readyz`)).ok;
  }

  async post(path: string, payload: object, headers: Record<string, string> = {}): Promise<Answer> {
    const answer = await fetch(`${this.url}${path}`, { method: 'POST', body: JSON.stringify(payload), headers });
    return { code: answer.status, body: await answer.text() };
  }

  /** A command as a webhook asks for it. */
  run(canary: { name: string; namespace: string }, metadata: Record<string, string>): Promise<Answer> {
    const { name, namespace } = canary;
    return this.post('/', { name, namespace, phase: 'Progressing', checksum: '7b5d', metadata });
  }

  /** A change of a gate by who has the token. */
  change(path: string, payload: object): Promise<Answer> {
    return this.post(path, payload, { authorization: `Bearer ${TOKEN}` });
  }

  /** Resolves when the process is gone. */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  }
}

/** Processes that have this text among their arguments. */
export const processesWith = (text: string): number[] =>
  globSync('/proc/[0-9]*/cmdline')
    .filter((file) => argumentsIn(file).includes(text))
    .map((file) => Number(file.split('/')[2]));

function argumentsIn(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\0');
  } catch {
    return [];
  }
}
