import { isUnanswered } from '../../cluster/errors.ts';
import { revisionOf } from '../../rollout/workload/template.ts';
import { age } from '../age.ts';
import { type ClusterOptions, type Connection, connected } from '../connection.ts';
import { EXIT, type ExitCode, Failure } from '../exit.ts';
import { type CanaryLookup, lookUp, templateRevision } from '../find.ts';
import type { Io } from '../io.ts';
import { painter } from '../paint.ts';
import { lineKey, statusBlock, statusLine } from '../text/status-text.ts';
import { exitOf, type Verdict, type Wait } from '../verdict.ts';
import { viewOf } from '../view.ts';
import { type ReleaseReading, readRelease, watchRelease } from '../watch.ts';

export interface StatusOptions extends ClusterOptions {
  watch?: boolean;
  /** Milliseconds; without it there is no limit. */
  timeout?: number;
  /** The revision to ask about; default: the one of the Deployment's template. */
  revision?: string;
}

type Present = Exclude<CanaryLookup, { state: 'missing' }>;

/** `headgate status NAME`. The exit code says how the release stands, or with --watch how it ended. */
export async function status(io: Io, name: string, options: StatusOptions): Promise<ExitCode> {
  if (options.timeout !== undefined && !options.watch) throw new Failure('--timeout goes with --watch');
  return connected(io, options, async (connection) => {
    const found = await lookUp(connection, name);
    if (found.state === 'missing') throw new Failure(found.why);
    const wait = await waitFor(connection, found, options);
    return options.watch ? watch(io, connection, found, { ...options, wait }) : show(io, connection, found, wait);
  });
}

/** For the revision asked for, else the one that the Deployment is to run, else the one that the Canary tells of. */
async function waitFor(connection: Connection, found: Present, { revision }: StatusOptions): Promise<Wait> {
  if (revision !== undefined) return { revision, seen: false };
  if (found.state === 'awaited') return { revision: revisionOf(found.deployment.spec.template), seen: true };
  const template = await templateRevision(connection, found.canary);
  return { revision: template ?? viewOf(found.canary).revision, seen: true };
}

async function show(io: Io, connection: Connection, found: Present, wait: Wait): Promise<ExitCode> {
  if (found.state === 'awaited') throw new Failure(found.why, EXIT.progressing);
  const { view, verdict } = await readRelease(connection, found.canary, wait);
  const lines = statusBlock(view, { now: io.now(), paint: painter(io), ...noteOf(verdict, wait) });
  io.stdout.write(`${lines.join('\n')}\n`);
  return exitOf(verdict);
}

/** What a verdict says beside the Canary's own message. */
function noteOf(verdict: Verdict, { revision }: Wait): { note?: string } {
  if (verdict.kind === 'superseded') return { note: `revision ${revision} gave way to ${verdict.by}` };
  return verdict.kind === 'progressing' && verdict.note !== undefined ? { note: verdict.note } : {};
}

interface Watching extends StatusOptions {
  wait: Wait;
}

async function watch(io: Io, connection: Connection, found: Present, options: Watching): Promise<ExitCode> {
  const { timeout, wait } = options;
  const name = found.state === 'found' ? found.canary.metadata.name : found.name;
  const signal = timeout === undefined ? new AbortController().signal : AbortSignal.timeout(timeout);
  const print = printer(io);
  let last: ReleaseReading | undefined;
  for await (const reading of watchRelease(connection, { name, wait, signal, onTrouble: once(io) })) {
    if (reading === undefined && last !== undefined) throw new Failure(`Canary ${name} was deleted`, EXIT.failed);
    if (reading === undefined) continue;
    last = reading;
    print(reading);
    if (reading.verdict.kind !== 'progressing') return exitOf(reading.verdict);
  }
  const phase = last?.view.phase ?? 'without a status';
  throw new Failure(`${name} is still ${phase} after ${age(timeout ?? 0)}`, EXIT.timeout);
}

/** Prints a reading unless it looks like the one before. */
function printer(io: Io): (reading: ReleaseReading) => void {
  const paint = painter(io);
  let before: string | undefined;
  return ({ view, verdict, wait }) => {
    const noted = noteOf(verdict, wait);
    const key = lineKey(view, noted.note);
    if (key === before) return;
    before = key;
    io.stdout.write(`${statusLine(view, { now: io.now(), paint, ...noted })}\n`);
  };
}

/** Says once that the API server is away: the watch comes back by itself. */
function once(io: Io): (error: unknown) => void {
  let said = false;
  return (error) => {
    if (said || !isUnanswered(error)) return;
    said = true;
    io.stderr.write(`headgate: the watch goes on once the API server is back: ${error.message}\n`);
  };
}
