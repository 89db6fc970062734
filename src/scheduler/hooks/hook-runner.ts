import { isDeepStrictEqual } from 'node:util';
import type { HookCaller, HookQuestion } from '../../hooks/call.ts';
import { type HookSubject, hookPayload } from '../../hooks/payload.ts';
import type { Reply } from '../../hooks/reply.ts';
import { Limiter } from '../../process/limiter.ts';
import { type HookAnswer, longestMs, type WantedCall, type WantedPoll } from '../../rollout/machine/calls.ts';
import type { Hook } from '../../rollout/spec/spec-types.ts';

export interface HookRunnerOptions {
  caller: Pick<HookCaller, 'ask'>;
  /** Looks at a Deployment again: an answer came that may change something, or its questions are another process's to put. */
  look: (key: string) => Promise<unknown>;
  clock?: () => number;
}

/** Requests at the same time. A Canary that makes none may make one at once, however many others hang. */
const LIMITS = { total: 64, perKey: 16, guaranteeFirst: true };
/** An answer is dropped after this time: the Canary is gone by then, or another process makes its ticks. */
const KEPT_MS = 600_000;

/** Others may have written the state meanwhile. */
const MOST_LAST_LOOKS = 3;

/** A call or a poll of a hook, from when it is wanted until it no longer is. */
interface HookRun {
  readonly id: string;
  readonly hook: Hook;
  readonly revision: string;
  /** Aborts its request, or its wait for one. */
  readonly controller: AbortController;
  /** Polls only: from one answer to the next request. */
  readonly everyMs?: number;
  isAsked: boolean;
  answer?: HookAnswer;
  /** When it is dropped if nothing else happens. */
  timer?: NodeJS.Timeout;
}

/**
 * Calls hooks outside of ticks, so that a slow one delays no tick, and reports when an answer came that may change a
 * decision. It keeps nothing that must survive: after a restart, what is still wanted is asked again.
 */
export class HookRunner {
  readonly #options: HookRunnerOptions;
  readonly #clock: () => number;
  readonly #limiter = new Limiter(LIMITS);
  /** By key of the Deployment, then by id. */
  readonly #runs = new Map<string, Map<string, HookRun>>();
  #isLeaving = false;

  constructor(options: HookRunnerOptions) {
    this.#options = options;
    this.#clock = options.clock ?? Date.now;
  }

  /** Nothing is asked here from now on. */
  get isLeaving(): boolean {
    return this.#isLeaving;
  }

  /** The answers to what is still wanted. @param key of the Deployment */
  answersFor(key: string): HookAnswer[] {
    const now = this.#clock();
    const runs = [...(this.#runs.get(key)?.values() ?? [])];
    return runs.flatMap((run) => (run.answer && !isOld(run, now) ? [run.answer] : []));
  }

  /** Takes everything that is wanted now: what is new is asked, what is under way goes on, the rest is cancelled. */
  setWanted(key: string, subject: HookSubject, calls: readonly WantedCall[], polls: readonly WantedPoll[]): void {
    const before = this.#runs.get(key);
    if (this.#isLeaving) return keepOnly(before, new Set(calls.map(({ id }) => id)));
    const wanted = [
      ...calls.map((call) => this.#call(key, subject, call, before?.get(call.id))),
      ...polls.map((poll) => this.#poll(key, subject, poll, before?.get(poll.id))),
    ];
    const after = new Map(wanted.map((run) => [run.id, run]));
    if (after.size > 0) this.#runs.set(key, after);
    else this.#runs.delete(key);
    for (const run of before?.values() ?? []) if (after.get(run.id) !== run) cancel(run);
  }

  /** Nothing is wanted any more: the Deployment is gone, or not released by Headgate. */
  forget(key: string): void {
    for (const run of this.#runs.get(key)?.values() ?? []) cancel(run);
    this.#runs.delete(key);
  }

  /**
   * Breaks off what has no answer. Looks at each Deployment with a call until the state says what it answered, or that another process
   * may put it; where that cannot be written, its time tells the others.
   */
  async stop(): Promise<void> {
    this.#isLeaving = true;
    for (const runs of this.#runs.values()) for (const run of runs.values()) if (run.answer === undefined) cancel(run);
    for (let looks = 0; looks < MOST_LAST_LOOKS; looks += 1)
      await Promise.allSettled(this.#withCalls().map((key) => this.#options.look(key)));
    for (const key of this.#runs.keys()) this.forget(key);
  }

  #withCalls(): string[] {
    const hasCall = (runs: ReadonlyMap<string, HookRun>) =>
      [...runs.values()].some(({ everyMs }) => everyMs === undefined);
    return [...this.#runs].flatMap(([key, runs]) => (hasCall(runs) ? [key] : []));
  }

  /** A call is made once. If no answer comes by `until` it is dropped, and made again if it is still wanted then. */
  #call(key: string, subject: HookSubject, { id, hook, until }: WantedCall, present: HookRun | undefined): HookRun {
    const run = present ?? { id, hook, revision: subject.revision, controller: new AbortController(), isAsked: false };
    if (run.answer === undefined) this.#dropIn(key, run, until - this.#clock());
    if (present === undefined) void this.#ask(key, subject, run);
    return run;
  }

  /** Under the same id, another hook or another revision is another question: the old answer does not count for it. */
  #poll(key: string, subject: HookSubject, { id, hook, everyMs }: WantedPoll, present: HookRun | undefined): HookRun {
    const { revision } = subject;
    const isSame = present?.revision === revision && isDeepStrictEqual(present.hook, hook);
    const run = isSame ? present : { id, hook, revision, everyMs, controller: new AbortController(), isAsked: false };
    const isDue = run.answer === undefined || this.#clock() >= run.answer.at + everyMs;
    if (!run.isAsked && isDue) void this.#ask(key, subject, run);
    return run;
  }

  async #ask(key: string, subject: HookSubject, run: HookRun): Promise<void> {
    const { signal } = run.controller;
    run.isAsked = true;
    if (run.everyMs !== undefined) clearTimeout(run.timer);
    // Polls are limited apart from calls, which may hang for long.
    const limiterKey = run.everyMs === undefined ? key : `${key} polls`;
    const ask = () => this.#options.caller.ask(questionOf(run.hook, subject), signal);
    const reply = await this.#limiter.run(limiterKey, ask, signal);
    if (reply === undefined) return;
    run.isAsked = false;
    if (!signal.aborted) this.#take(key, run, reply);
  }

  /** A poll that answers the same as before changes nothing, and is not reported; where that counted no more, it does. */
  #take(key: string, run: HookRun, { outcome, message }: Reply): void {
    const { id, answer: last, everyMs } = run;
    const now = this.#clock();
    const wasOld = isOld(run, now);
    run.answer = { id, outcome: outcome === 'passed' ? outcome : 'failed', message, at: now };
    this.#dropIn(key, run, KEPT_MS);
    const isOther = last?.outcome !== run.answer.outcome || last.message !== message;
    if (everyMs === undefined || wasOld || isOther) void this.#options.look(key);
  }

  #dropIn(key: string, run: HookRun, ms: number): void {
    clearTimeout(run.timer);
    const drop = (): void => {
      cancel(run);
      const runs = this.#runs.get(key);
      if (runs?.get(run.id) === run) runs.delete(run.id);
      if (runs?.size === 0) this.#runs.delete(key);
    };
    run.timer = setTimeout(drop, Math.max(ms, 0)).unref();
  }
}

/** Nobody polled here while another process made the ticks of this Canary: an answer from before counts no more. */
const isOld = ({ answer, hook, everyMs }: HookRun, now: number): boolean =>
  answer !== undefined && everyMs !== undefined && now > answer.at + everyMs + longestMs(hook);

/** What is not among these is committed, or another process's. */
function keepOnly(runs: Map<string, HookRun> | undefined, ids: ReadonlySet<string>): void {
  for (const [id, run] of runs ?? []) {
    if (ids.has(id)) continue;
    cancel(run);
    runs?.delete(id);
  }
}

function cancel({ controller, timer }: HookRun): void {
  clearTimeout(timer);
  controller.abort();
}

const questionOf = ({ type, url, timeoutMs, retries, metadata }: Hook, subject: HookSubject): HookQuestion => ({
  type,
  url,
  namespace: subject.namespace,
  timeoutMs,
  retries,
  body: hookPayload(subject, metadata),
});
