import { setTimeout as sleep } from 'node:timers/promises';
import { Limiter } from '../process/limiter.ts';
import type { Logger } from '../telemetry/log.ts';
import { runChild, type TaskResult } from './child.ts';
import type { LoadTesterMetrics, TaskOutcome } from './metrics.ts';
import { type Task, type TaskType, taskKey } from './task.ts';

export interface RunnerOptions {
  /** The whole environment of a command. */
  environment: Readonly<Record<string, string>>;
  outputBytes: number;
  /** Commands of one type that run, and that wait. */
  concurrency: number;
  queueLimit: number;
  log: Logger;
  metrics: LoadTesterMetrics;
}

/** Taken, or why not. */
export type Offer =
  | { state: 'taken'; waits: boolean; result: Promise<TaskResult> }
  | { state: 'duplicate' | 'full' | 'stopping' };

const STOPPING = 'the load tester is stopping';

/**
 * Runs tasks, so many of each type at a time. One in the background is not run twice at once for a canary. Types do not
 * wait for one another: load that takes minutes must not hold up what somebody waits for.
 */
export class TaskRunner {
  readonly #options: RunnerOptions;
  /** Its keys are the types of tasks. */
  readonly #limiter: Limiter;
  readonly #background = new Set<string>();
  readonly #unfinished = new Set<Promise<TaskResult>>();
  /** Aborts first what waits, then what runs. */
  readonly #close = new AbortController();
  readonly #end = new AbortController();

  constructor(options: RunnerOptions) {
    this.#options = options;
    this.#limiter = new Limiter({ perKey: options.concurrency, queuePerKey: options.queueLimit });
    options.metrics.watch(() => this.counts());
  }

  counts(): Record<TaskType, { running: number; waiting: number }> {
    const of = (type: TaskType) => ({ running: this.#limiter.held(type), waiting: this.#limiter.waiting(type) });
    return { cmd: of('cmd'), acceptance: of('acceptance') };
  }

  /** @param caller aborts when nobody waits for the end any more. */
  offer(task: Task, caller?: AbortSignal): Offer {
    const key = task.type === 'cmd' ? taskKey(task) : undefined;
    if (this.#close.signal.aborted) return this.#declined(task, 'stopping');
    if (key !== undefined && this.#background.has(key)) return this.#declined(task, 'duplicate');
    const waiting = this.#limiter.waiting(task.type);
    const leaves = either(caller, this.#close.signal);
    const turn = this.#limiter.acquire(task.type, leaves);
    if (turn === undefined) return this.#declined(task, 'full');
    const run = turn.then((admitted) =>
      admitted ? this.#run(task, either(caller, this.#end.signal)) : this.#giveUp(task, leaves),
    );
    const result = run.finally(() => {
      this.#unfinished.delete(result);
      if (key !== undefined) this.#background.delete(key);
    });
    this.#unfinished.add(result);
    if (key !== undefined) this.#background.add(key);
    return { state: 'taken', waits: this.#limiter.waiting(task.type) > waiting, result };
  }

  /** In order: nothing new, what runs has its grace, the rest is ended. */
  async stop(graceMs: number): Promise<void> {
    this.#close.abort(STOPPING);
    const over = new AbortController();
    const grace = sleep(graceMs, undefined, { signal: over.signal }).catch(() => undefined);
    await Promise.race([Promise.all(this.#unfinished), grace]);
    over.abort();
    this.#end.abort(STOPPING);
    await Promise.all(this.#unfinished);
  }

  async #run(task: Task, signal: AbortSignal): Promise<TaskResult> {
    const { environment, outputBytes, log, metrics } = this.#options;
    const { type, canary, program, args } = task;
    log.info({ canary, type, program }, 'a command begins');
    log.debug({ canary, type, program, args }, 'its arguments');
    const result = await runChild(task, { environment, outputBytes, signal });
    this.#limiter.release(type);
    metrics.tasks.inc({ type, outcome: result.ending });
    metrics.duration.observe({ type }, result.seconds);
    this.#tell(task, result);
    return result;
  }

  /** Its turn did not come before somebody, or this process, left. */
  #giveUp({ type }: Task, { reason }: AbortSignal): TaskResult {
    this.#options.metrics.tasks.inc({ type, outcome: 'ended' });
    return { ending: 'ended', how: String(reason), output: '', seconds: 0 };
  }

  #declined(task: Task, state: 'duplicate' | 'full' | 'stopping'): Offer {
    const { log, metrics } = this.#options;
    metrics.tasks.inc({ type: task.type, outcome: state satisfies TaskOutcome });
    log.info({ canary: task.canary, type: task.type, program: task.program, why: state }, 'a command was not taken');
    return { state };
  }

  /** Output is logged where it was asked for or explains a failure. */
  #tell({ type, canary, program, logOutput }: Task, { ending, how, output, seconds }: TaskResult): void {
    const passed = ending === 'passed';
    const entry = { canary, type, program, how, seconds, ...((logOutput || !passed) && { output }) };
    this.#options.log[passed ? 'info' : 'warn'](entry, passed ? 'a command ended' : 'a command failed');
  }
}

const either = (caller: AbortSignal | undefined, own: AbortSignal): AbortSignal =>
  caller ? AbortSignal.any([caller, own]) : own;
