import { existsSync, readFileSync } from 'node:fs';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import type { Test } from 'tap';
import { bearerGuard } from '../../src/loadtester/bearer.ts';
import type { Gates } from '../../src/loadtester/gates.ts';
import { createLoadTesterMetrics } from '../../src/loadtester/metrics.ts';
import { TaskRunner } from '../../src/loadtester/runner.ts';
import { LoadTesterServer } from '../../src/loadtester/server.ts';

export interface TesterOptions {
  concurrency?: number;
  queueLimit?: number;
  outputBytes?: number;
  /** Milliseconds. */
  timeoutMs?: number;
  graceMs?: number;
  shutdownDelayMs?: number;
  commandToken?: string;
  gateToken?: string;
  gates?: Gates;
}

interface Answer {
  code: number;
  body: string;
}

/** A load tester without a process around it, that runs nothing but Node. */
export interface Tester {
  server: LoadTesterServer;
  registry: Registry;
  /** Lines of the log. */
  log: Record<string, unknown>[];
  post: (path: string, payload: unknown, headers?: Record<string, string>) => Promise<Answer>;
  /** `POST /` for a canary of its own name. */
  run: (metadata: object, name?: string) => Promise<Answer>;
}

export const NO_TOKEN = 'there is no token';

/** Stopped with the test. */
export function tester(t: Test, options: TesterOptions = {}): Tester {
  const { concurrency = 4, queueLimit = 4, outputBytes = 4_096, timeoutMs = 10_000 } = options;
  const lines: Record<string, unknown>[] = [];
  const log = pino({ level: 'debug' }, { write: (line: string) => lines.push(JSON.parse(line)) });
  const registry = new Registry();
  const metrics = createLoadTesterMetrics(registry);
  const environment = { PATH: '/usr/bin:/bin', ONLY: 'this' };
  const programs = new Map([
    ['node', process.execPath],
    ['absent', undefined],
  ]);
  const server = new LoadTesterServer({
    registry,
    metrics,
    log,
    runner: new TaskRunner({ environment, outputBytes, concurrency, queueLimit, log, metrics }),
    limits: { programs, timeoutMs, maxTimeoutMs: 20_000 },
    gates: options.gates,
    mayRun: bearerGuard(options.commandToken),
    mayChange: bearerGuard(options.gateToken, NO_TOKEN),
    now: () => new Date(0),
    shutdownDelayMs: options.shutdownDelayMs ?? 0,
    graceMs: options.graceMs ?? 0,
  });
  t.teardown(() => server.stop());
  const post: Tester['post'] = async (url, payload, headers = {}) => {
    const body = typeof payload === 'string' ? payload : JSON.stringify(payload);
    const answer = await server.app.inject({
      method: 'POST',
      url,
      body,
      headers: { 'content-type': 'application/json', ...headers },
    });
    return { code: answer.statusCode, body: answer.body };
  };
  const run: Tester['run'] = (metadata, name = 'podinfo') => post('/', { name, namespace: 'test', metadata });
  return { server, registry, log: lines, post, run };
}

/** A command line for a program of one line. */
export const node = (code: string): string => `node -e '${code.replaceAll("'", `'\\''`)}'`;

/** Code that runs other code once a file is there that has something in it. */
export const onceWritten = (file: string, code: string): string =>
  `const looking = setInterval(() => { if (require("fs").statSync(${JSON.stringify(file)}, {throwIfNoEntry: false})?.size > 0) { clearInterval(looking); ${code}; } }, 20)`;

export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 10));
}

/** Whether a process is there, and not only what is left of it until somebody collects it. */
export function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH' && !existsSync('/proc');
  }
}
