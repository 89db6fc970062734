import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../telemetry/log.ts';
import { type Outcome, runChild } from './child.ts';
import type { LoadTesterMetrics, TaskOutcome } from './metrics.ts';
import { Slots } from './slots.ts';
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
  | { state: 'taken'; waits: boolean; outcome: Promise<Outcome> }
  | { state: 'duplicate' | 'full' | 'stopping' };

const STOPPING = 'the load tester is stopping';

/**
 * Runs tasks, so many of each type at a time. One in the background is not run twice at once for a canary. Types do not
 * wait for one another: load that takes minutes must not hold up what somebody waits for.
 */
export class TaskRunner {
  readonly #options: RunnerOptions;
  readonly #slots: Record<TaskType, Slots>;
  readonly #background = new Set<string>();
  readonly #unfinished = new Set<Promise<Outcome>>();
  /** Aborts first what waits, then what runs. */
  readonly #close = new AbortController();
  readonly #end = new AbortController();

  constructor(options: RunnerOptions) {
    const slots = () => new Slots(options.concurrency, options.queueLimit);
    this.#options = options;
    this.#slots = { cmd: slots(), acceptance: slots() };
    options.metrics.watch(() => this.counts());
  }

  counts(): Record<TaskType, { running: number; waiting: number }> {
    const of = ({ taken, waiting }: Slots) => ({ running: taken, waiting });
    return { cmd: of(this.#slots.cmd), acceptance: of(this.#slots.acceptance) };
  }

  /** @param caller aborts when nobody waits for the end any more; without it the task is one in the background. */
  offer(task: Task, caller?: AbortSignal): Offer {
    const key = caller ? undefined : taskKey(task);
    if (this.#close.signal.aborted) return this.#declined(task, 'stopping');
    if (key !== undefined && this.#background.has(key)) return this.#declined(task, 'duplicate');
    const slots = this.#slots[task.type];
    const waits = slots.waiting;
    const turn = slots.take(either(caller, this.#close.signal));
    if (turn === undefined) return this.#declined(task, 'full');
    const outcome = this.#run(task, turn, either(caller, this.#end.signal)).finally(() => {
      this.#unfinished.delete(outcome);
      if (key !== undefined) this.#background.delete(key);
    });
    this.#unfinished.add(outcome);
    if (key !== undefined) this.#background.add(key);
    return { state: 'taken', waits: slots.waiting > waits, outcome };
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

  async #run(task: Task, turn: Promise<boolean>, signal: AbortSignal): Promise<Outcome> {
    const mine = await turn;
    const never = { ending: 'ended', how: STOPPING, output: '', seconds: 0 } as const;
    const outcome = mine ? await this.#runNow(task, signal) : never;
    this.#tell(task, outcome);
    return outcome;
  }

  async #runNow(task: Task, signal: AbortSignal): Promise<Outcome> {
    const { environment, outputBytes, log } = this.#options;
    log.info({ canary: task.canary, type: task.type, program: task.program }, 'a command begins');
    try {
      return await runChild(task, { environment, outputBytes, signal });
    } finally {
      this.#slots[task.type].release();
    }
  }

  #declined(task: Task, state: 'duplicate' | 'full' | 'stopping'): Offer {
    const { log, metrics } = this.#options;
    metrics.tasks.inc({ type: task.type, outcome: state satisfies TaskOutcome });
    log.info({ canary: task.canary, type: task.type, program: task.program, why: state }, 'a command was not taken');
    return { state };
  }

  /** Arguments may hold credentials and are not logged; output is, where it was asked for or explains a failure. */
  #tell({ type, canary, program, logOutput }: Task, { ending, how, output, seconds }: Outcome): void {
    const { log, metrics } = this.#options;
    metrics.tasks.inc({ type, outcome: ending });
    metrics.duration.observe({ type }, seconds);
    const passed = ending === 'passed';
    const entry = { canary, type, program, how, seconds, ...((logOutput || !passed) && { output }) };
    log[passed ? 'info' : 'warn'](entry, passed ? 'a command ended' : 'a command failed');
  }
}

const either = (caller: AbortSignal | undefined, own: AbortSignal): AbortSignal =>
  caller ? AbortSignal.any([caller, own]) : own;
