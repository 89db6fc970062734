import { anything, checked, duration, type Environment, host, integer, oneOf, type Parse, reader } from '../config.ts';
import { formatDuration } from '../rollout/spec/schema/durations.ts';
import { isShell } from './programs.ts';

/** What the environment decides for the load tester alone: complete, checked and frozen. Durations are milliseconds. */
export interface LoadTesterSettings {
  readonly host: string;
  readonly port: number;
  /** What a command may begin with: names looked for on `path`, or absolute paths. */
  readonly programs: readonly string[];
  /** Where programs are looked for, as PATH; commands get it too. */
  readonly path: string;
  /** For a command that says none itself, and the most that one may say. */
  readonly timeoutMs: number;
  readonly maxTimeoutMs: number;
  /** Of a command's output, the last bytes are kept. */
  readonly outputBytes: number;
  /** Commands at a time, of each type; further ones wait, up to `queueLimit` of each type. */
  readonly concurrency: number;
  readonly queueLimit: number;
  /** What running commands have to end by themselves when the load tester stops. */
  readonly graceMs: number;
  /** Without a token nobody can change gates. */
  readonly token?: string;
  /** What the token is asked for. */
  readonly tokenScope: TokenScope;
  /** Whether gates are kept here; if not, Redis is not needed. */
  readonly gates: boolean;
}

export const TOKEN_SCOPES = ['all', 'gates'] as const;
export type TokenScope = (typeof TOKEN_SCOPES)[number];

const HOUR = 3_600_000;
const SYSTEM_PATH = '/usr/local/bin:/usr/bin:/bin';
/** Together with the delay before and the kill after it, it must fit into what a pod is given to end. */
const MAX_GRACE_MS = 25_000;

/** @throws AppError CONFIG_INVALID naming every wrong variable, its value and what would be right. */
export function loadSettings(env: Environment): LoadTesterSettings {
  const { read, problems } = reader(env);
  const token = read('HEADGATE_LOADTESTER_TOKEN', '', anything);
  const settings: LoadTesterSettings = {
    host: read('HEADGATE_LOADTESTER_HOST', '0.0.0.0', host),
    port: read('HEADGATE_LOADTESTER_PORT', '8080', integer(0, 65_535)),
    programs: read('HEADGATE_LOADTESTER_PROGRAMS', 'hey,curl,grpc_health_probe', programs),
    path: read('PATH', SYSTEM_PATH, anything),
    timeoutMs: read('HEADGATE_LOADTESTER_TIMEOUT', '10m', duration(1_000, 24 * HOUR)),
    maxTimeoutMs: read('HEADGATE_LOADTESTER_MAX_TIMEOUT', '1h', duration(1_000, 24 * HOUR)),
    outputBytes: read('HEADGATE_LOADTESTER_OUTPUT_BYTES', '16384', integer(256, 1_048_576)),
    concurrency: read('HEADGATE_LOADTESTER_CONCURRENCY', '16', integer(1, 1_000)),
    queueLimit: read('HEADGATE_LOADTESTER_QUEUE_LIMIT', '64', integer(0, 10_000)),
    graceMs: read('HEADGATE_LOADTESTER_GRACE', '15s', duration(0, MAX_GRACE_MS)),
    ...(token !== '' && { token }),
    tokenScope: read('HEADGATE_LOADTESTER_TOKEN_SCOPE', 'all', oneOf(TOKEN_SCOPES)),
    gates: read('HEADGATE_LOADTESTER_GATES', 'on', oneOf(['on', 'off'])) === 'on',
  };
  return checked(settings, [...problems, ...contradictions(settings)]);
}

function contradictions({ timeoutMs, maxTimeoutMs }: LoadTesterSettings): string[] {
  if (timeoutMs <= maxTimeoutMs) return [];
  const [most, usual] = [formatDuration(maxTimeoutMs), formatDuration(timeoutMs)];
  return [`HEADGATE_LOADTESTER_MAX_TIMEOUT=${JSON.stringify(most)}: wanted at least the usual one, ${usual}`];
}

const PROGRAM = /^(?:\/(?:[\w.+-]*\/)*)?[\w.+-]+$/;

/** Names with commas between; `none` for a load tester that runs nothing. */
const programs: Parse<readonly string[]> = (text) => {
  if (text === 'none') return { value: [] };
  const names = text.split(',').map((name) => name.trim());
  const usable = names.every((name) => PROGRAM.test(name) && !isShell(name));
  return usable
    ? { value: Object.freeze([...new Set(names)]) }
    : { wanted: 'names of programs or absolute paths, with commas between, none of them a shell; or "none"' };
};
