import { setTimeout as sleep } from 'node:timers/promises';
import { add, say, type Totals, tell } from './report.ts';
import { endAll, runStep, type Step, type StepResult } from './step.ts';

export interface PoolOptions {
  /** Steps that run at the same time. */
  jobs: number;
  /** For all steps together; what has not begun by then fails. */
  limitMs: number;
  /** What the steps come to is added here, as each ends. */
  totals: Totals;
  /** Before each step; what it throws fails the step. */
  prepare?: () => Promise<void>;
  onResult?: () => void;
}

const QUIET_MS = 30_000;

/** Runs the steps in order, some at a time, and tells of each as it ends. The next one is asked for when there is room for it. */
export async function runPool(steps: Iterable<Step>, options: PoolOptions): Promise<void> {
  const { jobs, limitMs, totals, prepare, onResult } = options;
  const deadline = Date.now() + limitMs;
  const waiting = steps[Symbol.iterator]();
  const running = new Map<string, number>();
  const stopTalking = talkWhileQuiet(running);
  const overdue = setTimeout(() => endAll('SIGTERM'), limitMs);
  const work = async (): Promise<void> => {
    for (let next = waiting.next(); !next.done; next = waiting.next()) {
      const step = next.value;
      running.set(step.name, Date.now());
      const result = Date.now() < deadline ? await runPrepared(step, prepare) : notRun(step, limitMs);
      running.delete(step.name);
      add(totals, result);
      tell(result);
      onResult?.();
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
  clearTimeout(overdue);
  stopTalking();
}

async function runPrepared(step: Step, prepare: PoolOptions['prepare']): Promise<StepResult> {
  const began = Date.now();
  const error: unknown = await prepare?.().then(
    () => undefined,
    (thrown: unknown) => thrown ?? new Error('unknown'),
  );
  if (error === undefined) return runStep(step);
  const failures = [{ path: ['could not be prepared'], details: wordsOf(error) }];
  return { name: step.name, passed: 0, skipped: 0, failures, ms: Date.now() - began };
}

export const wordsOf = (error: unknown): string[] => String(error instanceof Error ? error.stack : error).split('\n');

function notRun({ name }: Step, limitMs: number): StepResult {
  const why = `was not run: the ${limitMs / 60_000} minutes for this phase were over`;
  return { name, passed: 0, skipped: 0, failures: [{ path: [why], details: [] }], ms: 0 };
}

/** A line now and then about what runs for long, so that silence means nothing. */
function talkWhileQuiet(running: ReadonlyMap<string, number>): () => void {
  const stop = new AbortController();
  const talk = async (): Promise<void> => {
    for (;;) {
      await sleep(QUIET_MS, undefined, { signal: stop.signal, ref: false });
      const long = [...running].filter(([, began]) => Date.now() - began > QUIET_MS);
      const words = long.map(([name, began]) => `${name} (${Math.round((Date.now() - began) / 1_000)} s)`);
      if (words.length > 0) say(`        still running: ${words.join(', ')}`);
    }
  };
  talk().catch(() => undefined);
  return () => stop.abort();
}
